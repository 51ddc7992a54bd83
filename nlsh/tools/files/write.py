"""A text file made or replaced; without a text, an empty file. What would be replaced is shown as a diff."""

import difflib
import os

from nlsh.arguments import Args, NewPath, Target, Text
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._making import missing_folders, placed, run_changes, writes_for
from nlsh.turn import Effects
from nlsh.values.sizes import show_size

# Of a diff: the bytes that are looked at, the lines and characters of a line that are shown.
LARGEST, MOST_LINES, LONGEST = 1 << 20, 60, 160


class Write(Args):
    """Which file, what it will say, and in which folder; here when left out."""

    path: NewPath
    text: Text | None = None
    under: Target | None = None


def effects(asked: Asked) -> Effects:
    """Creates the file, or replaces what it says (the old bytes are kept for undo)."""
    path, text = placed(asked.args.path, asked.args.under, asked.scene), asked.args.text
    if os.path.isdir(path):
        raise ToolFailed(f"{path} is a folder", "name the file to write", "is_folder")
    body = "" if text is None else text if text.endswith("\n") else text + "\n"
    if os.path.lexists(path):
        if text is None:
            raise ToolFailed(f"{path} is already there", "say what it should contain to replace it", "exists")
        if os.lstat(path).st_nlink > 1:
            raise ToolFailed(
                f"{path} has another name elsewhere (a hard link)", "write to a copy instead", "linked"
            )
        target = os.path.realpath(path)
        if "diff" not in asked.facts:
            return Effects(reads=(target,))
        old, size = os.stat(path).st_size, len(body.encode(errors="surrogateescape"))
        change = Change("replace", target, text=body, old=old, size=size)
        title = f"overwrite {os.path.basename(path)}: {show_size(old)} become {show_size(size)}"
        return Effects(
            writes=writes_for([change]), changes=(change,), title=title, samples=tuple(asked.facts["diff"])
        )
    size = len(body.encode(errors="surrogateescape"))
    changes = [
        *missing_folders(os.path.dirname(path)),
        Change("create", path, text=body, mode=0o644, size=size),
    ]
    return Effects(writes=writes_for(changes), changes=tuple(changes))


def inspect(work: Work) -> dict[str, object]:
    """What would be different in the file that is there, as the lines of a diff."""
    if not work.effects.reads:
        return {"diff": []}
    with open(work.effects.reads[0], "rb") as reader:
        data = reader.read(LARGEST + 1)
    if len(data) > LARGEST or b"\0" in data:
        return {"diff": ["what is there is no text, or too large to be shown"]}
    now = data.decode("utf-8", "replace").splitlines()
    lines = [
        line[:LONGEST]
        for line in difflib.unified_diff(now, (work.args.text or "").splitlines(), lineterm="", n=1)
    ]
    shown = lines[2 : MOST_LINES + 2]  # without the names of the two
    return {
        "diff": [*shown, f"and {len(lines) - 2 - len(shown)} more lines"]
        if len(lines) > MOST_LINES + 2
        else shown
    }


TOOL = Tool(
    summary="write a text to a file, or make an empty one",
    args=Write,
    effects=effects,
    run=run_changes,
    inspect=inspect,
    gives="files",
    changes=True,
    targets=("path",),
    examples=(
        "write hello world to greeting.txt",
        "create an empty file todo.md",
        "touch notes.txt",
        'put "buy milk" into list.txt',
        "新建文件 笔记.txt",
    ),
)
