"""A text replaced by another in files, with every change shown before it is made."""

import os
import re
import stat

from nlsh.arguments import Args, FileType, Path, Quoted, Text
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._filters import has_suffix
from nlsh.tools.files._making import run_changes, writes_for
from nlsh.tools.files._records import Trouble, paths_of, walk
from nlsh.turn import Effects
from nlsh.values.types import suffixes

LIMIT_BYTES = 8 * 1024 * 1024
LIMIT_FILES = 2000


class Replace(Args):
    """What, by what, and where; nothing is followed out of the tree, hidden files are left alone."""

    old: Text
    new: Text | None = None
    path: Path | None = None
    type: FileType | None = None
    exact: Quoted = False


def effects(asked: Asked) -> Effects:
    """One rewritten file per file that holds the text; before the look inside, only the reads are known."""
    args: Replace = asked.args
    if not args.old:
        raise NotUnderstood("replace what?", "say the old and the new text")
    tops = (
        [args.path or asked.scene.cwd]
        if args.path or asked.kind == "none"
        else [path for path in paths_of(asked.rows, asked.scene.cwd) if not os.path.islink(path)]
    )
    if "found" not in asked.facts:
        return Effects(reads=tuple(tops))
    changes = []
    for path, text, size in asked.facts["found"]:
        if os.lstat(path).st_nlink > 1:
            raise ToolFailed(
                f"{path} has another name elsewhere (a hard link)", "change a copy instead", "linked"
            )
        changes.append(
            Change("replace", path, text=text, old=size, size=len(text.encode("utf-8", "surrogateescape")))
        )
    total = sum(asked.facts["counts"])
    title = f"replace '{args.old}' by '{args.new or ''}' {total} time{'s' * (total != 1)} in {len(changes)} file{'s' * (len(changes) != 1)}"
    return Effects(
        writes=writes_for(changes), changes=tuple(changes), title=title, samples=tuple(asked.facts["samples"])
    )


def inspect(work: Work) -> dict[str, object]:
    """The files that hold the text, with what they would say, the number of places and some of the lines."""
    args: Replace = work.args
    wanted = suffixes(args.type) if args.type else None
    flags = 0 if args.exact or args.old != args.old.lower() else re.IGNORECASE
    pattern = re.compile(re.escape(args.old), flags)
    found: list[tuple[str, str, int]] = []
    counts, samples = [], []
    for top in work.effects.reads:
        for path in _files(top):
            if wanted is not None and not has_suffix(path, wanted):
                continue
            text = _text(path)
            if text is None:
                continue
            changed, count = pattern.subn(lambda _: args.new or "", text)
            if count and changed != text:
                if len(found) >= LIMIT_FILES:
                    raise ToolFailed(
                        f"more than {LIMIT_FILES} files hold it", "name a smaller folder", "too_many"
                    )
                found.append((path, changed, os.stat(path).st_size))
                counts.append(count)
                samples += _differences(path, text, changed)
    return {"found": found, "counts": counts, "samples": samples[:200]}


def _files(top: str) -> list[str]:
    if not os.path.isdir(top):
        return [] if os.path.islink(top) else [top]
    found = walk(top, hidden=False, depth=None, trouble=Trouble())
    return [
        path for path, status, _ in found if stat.S_ISREG(status.st_mode) and status.st_size <= LIMIT_BYTES
    ]


def _text(path: str) -> str | None:
    """What a file says, or None for what is too large, no text or not readable."""
    try:
        with open(path, "rb") as reader:
            data = reader.read(LIMIT_BYTES + 1)
    except OSError:
        return None
    return None if len(data) > LIMIT_BYTES or b"\0" in data else data.decode("utf-8", "surrogateescape")


def _differences(path: str, before: str, after: str) -> list[str]:
    """The first changed lines as `- old` and `+ new`."""
    shown = [f"{os.path.basename(path)}:"]
    for number, (old, new) in enumerate(zip(before.splitlines(), after.splitlines(), strict=False), 1):
        if old != new:
            shown += [f"  {number} - {old.strip()[:160]}", f"  {number} + {new.strip()[:160]}"]
            if len(shown) > 6:
                break
    return shown


TOOL = Tool(
    summary="replace a text by another in files",
    args=Replace,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path", "old"),
    inspect=inspect,
    examples=(
        "replace foo by bar in main.py",
        "change localhost to example.org in all config files",
        "substitute colour for color in docs",
        "sed -i s/old/new/ notes.txt",
        "把 报告.txt 里的 北京 换成 上海",
    ),
)
