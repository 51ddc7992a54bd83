"""Turns on the screen: an answer, a table that fits, an error of one line with its hint.

All text passes `harmless` first: what a file is called or says must not move the cursor,
change a colour or hide itself. On a terminal rich draws; elsewhere plain columns do.
"""

import os
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any, TextIO

from nlsh.answers import SHORT
from nlsh.messages import in_language
from nlsh.turn import Result, Row, Turn
from nlsh.values.sizes import show_size

FOLD_ROWS = 40
PROGRESS_SECONDS, REDRAW_SECONDS = 0.5, 0.1
FEW = 2  # up to so many rows are a sentence, more are a table
_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_COLUMNS: dict[str, tuple[str, ...]] = {
    "files": ("group", "path", "from", "size", "modified", "kind", "permissions", "owner"),
    "processes": (
        "job",
        "state",
        "status",
        "pid",
        "port",
        "address",
        "process",
        "local",
        "remote",
        "name",
        "user",
        "how",
        "path",
        "memory",
        "cpu",
        "started",
        "ended",
        "command",
    ),
    "matches": ("path", "line", "text"),
}
_FOLDING = {"path", "from", "text", "command", "value", "said", "answer", "what", "detail", "ipv6"}
_FOLDS_AT = 16
_EXPENDABLE = ("owner", "permissions", "kind", "started", "user", "address", "command", "modified", "cpu")
_SIZES = {
    "size",
    "memory",
    "total",
    "used",
    "free",
    "available",
    "received",
    "sent",
    "in",
    "out",
    "read",
    "written",
}
_SIZED_FACTS = {"memory", "rss", "pss", "unique", "shared", "swap", "read", "written"}
_TIMES = {"modified", "started", "accessed", "booted", "when", "since", "ended", "from", "to", "time"}


def harmless(text: str, *, lines: bool = False) -> str:
    """`text` with everything that acts on a terminal made visible; with `lines`, breaks and tabs stay."""
    out = []
    for c in text:
        code = ord(c)
        if lines and c in "\n\t":
            out.append(c)
        elif code < 32 or 0x7F <= code < 0xA0:
            out.append(f"\\x{code:02x}")
        elif code in _BIDI or 0xD800 <= code < 0xE000 or unicodedata.category(c) == "Cc":
            out.append(f"\\u{code:04x}")
        else:
            out.append(c)
    return "".join(out)


class Screen:
    """Where answers and notices go. `out` carries answers alone, `err` everything else."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out, self.err = out or sys.stdout, err or sys.stderr
        self.terminal = self.out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colour = self.terminal and not os.environ.get("NO_COLOR")
        self._live = self.err.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._line_open = False  # whether a command left the cursor in the middle of a line
        self._began = self._drawn = 0.0  # when the work under way began, and its line was drawn last

    def width(self) -> int:
        """Columns of the terminal; 100 where there is none."""
        return shutil.get_terminal_size((100, 24)).columns if self.terminal else 100

    def progress(self, what: str, done: int, total: int) -> None:
        """One line on a terminal's stderr, from half a second on, redrawn at most ten times a second."""
        now = time.monotonic()
        self._began = self._began or now
        if not self._live or now - self._began < PROGRESS_SECONDS or now - self._drawn < REDRAW_SECONDS:
            return
        left = (now - self._began) / done * (total - done) if total and done else 0.0
        count = f"{done:,} of {total:,}" if total else f"{done:,}"
        self.err.write(f"\r\x1b[K{harmless(what)} {count}" + (f", {left:.0f} s left" if left >= 1 else ""))
        self.err.flush()
        self._drawn = now

    def _settle(self) -> None:
        """Take the progress line away before anything else is said."""
        if self._drawn:
            self.err.write("\r\x1b[K")
            self.err.flush()
        self._began = self._drawn = 0.0

    def write(self, text: str) -> None:
        """A line on stdout."""
        self._settle()
        self.out.write(_encodable(text, self.out) + "\n")
        self.out.flush()

    def live(self, text: str) -> None:
        """What a command prints, made harmless, while it runs."""
        self._settle()
        self.out.write(_encodable(harmless(text, lines=True), self.out))
        self.out.flush()
        self._line_open = not text.endswith("\n") if text else self._line_open

    def notice(self, text: str) -> None:
        """A line on stderr."""
        self._settle()
        try:
            self.err.write(_encodable("nlsh: " + harmless(text), self.err) + "\n")
            self.err.flush()
        except (OSError, ValueError):
            pass  # nobody listens there

    def turn(self, turn: Turn, *, fold: bool = False) -> None:
        """The answer of a turn, or its error."""
        self._settle()
        if self._line_open:
            self.write("")
            self._line_open = False
        if turn.status == "dry_run":
            self.preview(turn.preview)
        elif turn.error is not None:
            result = turn.steps[-1].result if turn.steps else None
            if result is not None and result.text and not turn.shown:
                self.write(harmless(result.text.rstrip("\n"), lines=True))
            if turn.status == "needs_confirmation":
                self.preview(turn.preview, to=self.notice)
            if not (turn.preview and turn.error["message"] == f"{turn.preview[0]}?"):
                self.notice(turn.error["message"])
            if turn.error["hint"]:
                self.notice("  " + turn.error["hint"])
        else:
            self._answer(turn, fold)

    def preview(self, lines: list[str], to: Callable[[str], None] | None = None) -> None:
        """What would happen: headline, items, undo."""
        show = to or (lambda text: self.write(harmless(text)))
        if not lines:
            show("nothing would change")
            return
        items = lines[1:-1]
        show(lines[0])
        for item in items[:FOLD_ROWS]:
            show("  " + item)
        if len(items) > FOLD_ROWS:
            show(f"  … and {len(items) - FOLD_ROWS} more")
        if len(lines) > 1:
            show(lines[-1])

    def _answer(self, turn: Turn, fold: bool) -> None:
        result = turn.steps[-1].result if turn.steps else None
        rows = result.rows if result else None
        tabled = result is not None and bool(rows) and _wants_table(result)
        if turn.answer and not turn.shown and not (tabled and result and _only_lists(result)):
            self.write(harmless(turn.answer, lines=True))
        if tabled and result is not None and rows:
            self.table(result.kind, rows, fold)
        for note in result.notes if result else []:
            if note not in (turn.answer or ""):
                self.notice(note)
        if turn.undo:
            self.notice(in_language(f"nlsh undo {turn.undo} takes it back", turn.utterance.language))

    def table(self, kind: str, rows: list[Row], fold: bool) -> None:
        """Rows in columns; `fold` shows only as many as a screen bears."""
        shown = rows[:FOLD_ROWS] if fold else rows
        names = [
            c for c in _COLUMNS.get(kind, tuple(rows[0])) if any(row.get(c) is not None for row in shown)
        ]
        names = names or list(rows[0])
        if kind == "files" and all(row.get("kind") == "file" for row in shown):
            names = [name for name in names if name != "kind"]
        if self.terminal:
            names = _fitting(names, shown, self.width())
        cells = [[_cell(name, row) for name in names] for row in shown]
        if self.terminal:
            self._rich_table(names, cells)
        else:
            self._plain_table(names, [list(names), *cells] if kind == "records" else cells)
        if len(rows) > len(shown):
            self.write(f"… and {len(rows) - len(shown)} more")

    def _rich_table(self, names: list[str], cells: list[list[str]]) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        if "command" in names:
            _shorten(cells, names.index("command"), self.width() - 4)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold" if self.colour else None)
        for name in names:
            right = name in _SIZES or name in ("pid", "port", "cpu", "line")
            longest = max(cell_width(row[names.index(name)]) for row in cells)
            table.add_column(
                name,
                justify="right" if right else "left",
                no_wrap=name not in _FOLDING or name == "command",
                overflow="fold",
                min_width=min(longest, _FOLDS_AT),
            )
        for row in cells:
            table.add_row(*(Text(cell) for cell in row))
        Console(file=self.out, no_color=not self.colour, highlight=False, width=self.width()).print(table)

    def _plain_table(self, names: list[str], cells: list[list[str]]) -> None:
        widths = [max(cell_width(row[i]) for row in cells) for i in range(len(names))]
        for row in cells:
            line = "  ".join(
                (" " * (width - cell_width(cell)) + cell)
                if name in _SIZES
                else cell + " " * (width - cell_width(cell))
                for name, cell, width in zip(names, row, widths, strict=True)
            )
            self.write(line.rstrip())


def _shorten(cells: list[list[str]], column: int, width: int) -> None:
    """Cut the cells of one column, with an ellipsis, to the room that the others leave in `width`."""
    widths = [max(cell_width(row[i]) for row in cells) + 3 for i in range(len(cells[0])) if i != column]
    room = max(width - sum(widths), _FOLDS_AT)
    for row in cells:
        if len(row[column]) > room:
            row[column] = row[column][: room - 1] + "…"


def _fitting(names: list[str], rows: list[Row], width: int) -> list[str]:
    """The columns that `width` has room for; the least telling ones are left out first."""
    kept = list(names)

    def wanted(name: str) -> int:
        longest = max(cell_width(_cell(name, row)) for row in rows)
        return max(min(longest, _FOLDS_AT) if name in _FOLDING else longest, len(name)) + 3

    for name in (*_EXPENDABLE, *reversed(names)):
        if sum(map(wanted, kept)) <= width or len(kept) <= 2:
            break
        if name in kept:
            kept.remove(name)
    return kept


def cell_width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text
    )


def _wants_table(result: Result) -> bool:
    rows = result.rows or []
    if result.kind == "text" or result.changed:
        return False
    plain = result.kind in ("files", "processes")
    return len(rows) > FEW or not plain or len(rows[0]) > 8 or result.value is not None


def _only_lists(result: Result) -> bool:
    """Whether the answer in words would only say the table's rows again."""
    return (
        result.kind in ("files", "processes", "records")
        and result.value is None
        and len(result.rows or []) <= SHORT
    )


def _cell(name: str, row: Row) -> str:
    value: Any = row.get(name)
    if value is None:
        return ""
    if (
        (name in _SIZES or (name == "value" and row.get("fact") in _SIZED_FACTS))
        and isinstance(value, int)
        and not isinstance(value, bool)
    ):
        return show_size(value)
    if name in _TIMES:
        return _moment(str(value))
    if name in ("name", "command") and "depth" in row:
        return "  " * int(row["depth"]) + harmless(str(value))
    return harmless(str(value))


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return harmless(text)


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
