"""What is different between two files or two folders."""

import difflib
import filecmp
import os

from nlsh.arguments import Args, Target
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import Trouble, walk
from nlsh.turn import Effects, Result

LIMIT_BYTES = 8 * 1024 * 1024


class Compare(Args):
    """The two."""

    path: Target
    other: Target


def effects(asked: Asked) -> Effects:
    """Reads both."""
    args: Compare = asked.args
    if os.path.isdir(args.path) != os.path.isdir(args.other):
        raise ToolFailed("a file cannot be compared with a folder", "name two files or two folders", "kinds")
    return Effects(reads=(args.path, args.other))


def run(work: Work) -> Result:
    """Of text files a unified diff; of others whether they are the same; of folders one row per difference."""
    args: Compare = work.args
    if os.path.isdir(args.path):
        return _folders(args.path, args.other, Trouble(work.progress))
    if filecmp.cmp(args.path, args.other, shallow=False):
        return Result(
            "text", text=f"{os.path.basename(args.path)} and {os.path.basename(args.other)} are the same"
        )
    one, other = _lines(args.path), _lines(args.other)
    if one is None or other is None:
        return Result("text", text=f"{os.path.basename(args.path)} and {os.path.basename(args.other)} differ")
    diff = difflib.unified_diff(
        one, other, os.path.basename(args.path), os.path.basename(args.other), lineterm=""
    )
    return Result("text", text="\n".join(diff))


def _lines(path: str) -> list[str] | None:
    with open(path, "rb") as reader:
        data = reader.read(LIMIT_BYTES + 1)
    return None if b"\0" in data or len(data) > LIMIT_BYTES else data.decode("utf-8", "replace").splitlines()


def _folders(one: str, other: str, trouble: Trouble) -> Result:
    sides = [
        {
            os.path.relpath(path, top): status
            for path, status, _ in walk(top, hidden=True, depth=None, trouble=trouble)
        }
        for top in (one, other)
    ]
    rows = []
    for name in sorted(sides[0].keys() | sides[1].keys()):
        if name not in sides[1]:
            rows.append({"name": name, "difference": f"only in {os.path.basename(one)}"})
        elif name not in sides[0]:
            rows.append({"name": name, "difference": f"only in {os.path.basename(other)}"})
        elif not _alike(os.path.join(one, name), os.path.join(other, name)):
            rows.append({"name": name, "difference": "different"})
    notes = [] if rows else ["the folders hold the same"]
    return Result("records", rows, notes=[*notes, *trouble.notes()])


def _alike(one: str, other: str) -> bool:
    try:
        if os.path.islink(one) or os.path.islink(other):
            return os.path.islink(one) and os.path.islink(other) and os.readlink(one) == os.readlink(other)
        if os.path.isdir(one) or os.path.isdir(other):
            return os.path.isdir(one) and os.path.isdir(other)
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


TOOL = Tool(
    summary="the difference between two files or two folders",
    args=Compare,
    effects=effects,
    run=run,
    gives="text",
    examples=(
        "compare draft.txt with final.txt",
        "what is different between src and backup",
        "diff a.py b.py",
        "are these two the same: x.iso y.iso",
        "比较 甲.txt 和 乙.txt",
    ),
)
