"""Lines in files that contain a text."""

import os
import stat

from nlsh.arguments import Args, FileType, Quoted, Target, Text
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._filters import has_suffix
from nlsh.tools.files._records import Trouble, paths_of, shown, walk
from nlsh.turn import Effects, Result, Row
from nlsh.values.types import suffixes

LIMIT_BYTES = 64 * 1024 * 1024
LINE_CHARACTERS = 400


class Search(Args):
    """Which text, and in which files."""

    text: Text
    under: Target | None = None
    type: FileType | None = None
    hidden: bool = False
    exact: Quoted = False  # set when the text was in quotation marks


def effects(asked: Asked) -> Effects:
    """Reads the tree, or the files of the rows before."""
    if asked.args.under is None and asked.kind == "files":
        return Effects(reads=tuple(paths_of(asked.rows, asked.scene.cwd)))
    return Effects(reads=(asked.args.under or asked.scene.cwd,))


def run(work: Work) -> Result:
    """One row per line: path, line number, text. Case counts only if the text has capitals or was quoted."""
    args: Search = work.args
    trouble = Trouble()
    wanted = suffixes(args.type) if args.type else None
    exact = args.exact or args.text != args.text.lower()
    rows: list[Row] = []
    for top in work.effects.reads:
        for path in _files(top, args.hidden, trouble):
            if wanted is None or has_suffix(path, wanted):
                rows.extend(_lines(path, args.text, exact, work.scene.cwd, trouble))
    return Result("matches", rows, notes=trouble.notes())


def _files(top: str, hidden: bool, trouble: Trouble) -> list[str]:
    if not os.path.isdir(top):
        return [top]
    found = walk(top, hidden=hidden, depth=None, trouble=trouble)
    return [path for path, status, _ in found if stat.S_ISREG(status.st_mode)]


def _lines(path: str, text: str, exact: bool, cwd: str, trouble: Trouble) -> list[Row]:
    needle = text.encode("utf-8", "surrogateescape")
    try:
        with open(path, "rb") as reader:
            data = reader.read(LIMIT_BYTES)
    except OSError:
        trouble.unreadable.append(path)
        return []
    if b"\0" in data[:8192] or needle not in (data if exact else data.lower()):
        return []
    rows = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if needle in (line if exact else line.lower()):
            said = line.decode("utf-8", "replace").strip()[:LINE_CHARACTERS]
            rows.append({"path": shown(path, cwd), "line": number, "text": said})
    return rows


TOOL = Tool(
    summary="find the lines that contain a text",
    args=Search,
    effects=effects,
    run=run,
    gives="matches",
    takes=FILES,
    examples=(
        "which files mention invoice",
        "search for TODO in src",
        'grep "connection refused" in the logs',
        "find timeout in python files",
        "在 src 里搜索 密码",
    ),
)
