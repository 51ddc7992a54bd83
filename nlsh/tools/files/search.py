"""Lines in files that contain a text."""

import os
import re
from collections.abc import Callable

from nlsh.arguments import Args, Count, FileType, Quoted, Target, Text
from nlsh.tool import FILES, Asked, Tool, Work, joined
from nlsh.tools.files._filters import Excluding, compiled, has_suffix
from nlsh.tools.files._records import Trouble, file_paths, paths_of, shown
from nlsh.tools.files._shares import Share, cut
from nlsh.turn import Effects, Result, Row
from nlsh.values.types import suffixes

LIMIT_BYTES = 64 * 1024 * 1024
LINE_CHARACTERS = 400
LIMIT_ROWS = 200_000
_BUFFER = bytearray(
    1 << 16
)  # one for all files: a call has one thread, and making one costs more than reading


class Search(Args):
    """Which text, and in which files."""

    text: Text
    under: Target | None = None
    type: FileType | None = None
    hidden: bool = False
    context: Count | None = None
    without: bool = False
    first: bool = False
    regex: bool = False
    excluding: Text | None = None
    exact: Quoted = False  # set when the text was in quotation marks


def effects(asked: Asked) -> Effects:
    """Reads the tree, or the files of the rows before."""
    if asked.args.under is None and asked.kind == "files":
        tops = [os.path.realpath(path) for path in paths_of(asked.rows, asked.scene.cwd)]
        return Effects(reads=joined([path for path in tops if os.path.exists(path)]))
    return Effects(reads=(asked.args.under or asked.scene.cwd,))


def run(work: Work) -> Result:
    """One row per line: path, line number, text. Case counts only if the text has capitals or was quoted.

    Lines of context have `match` False; `without` gives the lines that do not hold the text,
    of files that are named, or else the files that do not hold it.
    """
    args: Search = work.args
    trouble = Trouble(work.progress)
    wanted = suffixes(args.type) if args.type else None
    pattern = _pattern(args)
    holds = _quick(args, pattern)
    leaves_out = Excluding(args.excluding).leaves_out if args.excluding else None
    rows: list[Row] = []
    whole = args.without and any(os.path.isdir(top) for top in work.effects.reads)
    for top in work.effects.reads:
        for path in file_paths(
            top, hidden=args.hidden, trouble=trouble, leaves_out=leaves_out, share=work.facts.get("share")
        ):
            if wanted is not None and not has_suffix(path, wanted):
                continue
            data = _data(path, trouble)
            if data is None or (not args.without and not holds(data)):
                continue
            if whole:
                rows += (
                    []
                    if pattern.search(data)
                    else [{"path": shown(path, work.scene.cwd), "line": None, "text": None}]
                )
            else:
                rows += _lines(shown(path, work.scene.cwd), data, pattern, args)
            if len(rows) > LIMIT_ROWS:
                return _found(rows, [])
    return _found(rows, trouble.notes())


def split(asked: Asked) -> list[Share]:
    """Shares of a large tree."""
    args: Search = asked.args
    tops = effects(asked).reads
    if len(tops) != 1 or not os.path.isdir(tops[0]):
        return []
    leaves_out = Excluding(args.excluding).leaves_out if args.excluding else None
    return cut(tops[0], hidden=args.hidden, leaves_out=leaves_out)


def merge(results: list[Result]) -> Result:
    """The lines of all shares."""
    rows = [row for result in results for row in result.rows or []]
    return _found(rows, [note for result in results for note in result.notes])


def _found(rows: list[Row], notes: list[str]) -> Result:
    rows.sort(key=lambda row: str(row["path"]).replace("/", "\0"))  # stable: lines keep their order
    if len(rows) > LIMIT_ROWS:
        rows, notes = rows[:LIMIT_ROWS], [f"only the first {LIMIT_ROWS} lines are shown"]
    return Result("matches", rows, notes=notes)


def _pattern(args: Search) -> "re.Pattern[bytes]":
    text = compiled(args.text).pattern if args.regex else re.escape(args.text)
    flags = 0 if args.exact or args.text != args.text.lower() else re.IGNORECASE
    return re.compile(text.encode("utf-8", "surrogateescape"), flags | re.MULTILINE)


def _quick(args: Search, pattern: "re.Pattern[bytes]") -> Callable[[bytes], object]:
    """Whether data can hold the text at all: lowering all of it costs less than a pattern without case."""
    if args.regex:
        return pattern.search
    needle = args.text.encode("utf-8", "surrogateescape")
    if pattern.flags & re.IGNORECASE:
        return lambda data: needle in data.lower()
    return lambda data: needle in data


def _data(path: str, trouble: Trouble) -> bytes | None:
    """What a file says, up to LIMIT_BYTES; None for what is no text or cannot be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        trouble.unreadable.append(path)
        return None
    try:
        count = os.readv(fd, (_BUFFER,))
        data = bytes(_BUFFER[:count])
        if b"\0" in data[:8192]:
            return None
        if count == len(_BUFFER):
            parts = [data]
            total = len(data)
            while total < LIMIT_BYTES and (block := os.read(fd, 1 << 22)):
                parts.append(block)
                total += len(block)
            data = b"".join(parts)
        return data
    except OSError:
        trouble.unreadable.append(path)
        return None
    finally:
        os.close(fd)


def _lines(path: str, data: bytes, pattern: "re.Pattern[bytes]", args: Search) -> list[Row]:
    """The rows of one file: found by position, so that lines without a match cost nothing."""
    if args.without or args.context:
        return _every_line(path, data, pattern, args)
    rows: list[Row] = []
    number, at, done = 1, 0, -1
    for match in pattern.finditer(data):
        begin = data.rfind(b"\n", 0, match.start()) + 1
        if begin <= done or (match.start() == len(data) and begin == len(data)):
            continue
        end = data.find(b"\n", match.start())
        end = len(data) if end < 0 else end
        number += data.count(b"\n", at, begin)
        at, done = begin, begin
        rows.append({"path": path, "line": number, "text": _said(data[begin:end])})
        if args.first:
            break
    return rows


def _every_line(path: str, data: bytes, pattern: "re.Pattern[bytes]", args: Search) -> list[Row]:
    lines = data.removesuffix(b"\n").split(b"\n")
    hits = [n for n, line in enumerate(lines) if bool(pattern.search(line)) != args.without]
    if args.first:
        hits = hits[:1]
    around = args.context or 0
    shown_lines = sorted(
        {k for n in hits for k in range(max(0, n - around), min(len(lines), n + around + 1))}
    )
    marked = set(hits)
    rows: list[Row] = [
        {"path": path, "line": n + 1, "text": _said(lines[n]), "match": n in marked} for n in shown_lines
    ]
    return rows if around else [{k: v for k, v in row.items() if k != "match"} for row in rows]


def _said(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()[:LINE_CHARACTERS]


TOOL = Tool(
    summary="find the lines that contain a text",
    args=Search,
    effects=effects,
    run=run,
    split=split,
    merge=merge,
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
