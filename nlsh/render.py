"""Turns on the screen: an answer, a table that fits, an error of one line with its hint.

All text passes `harmless` first: what a file is called or says must not move the cursor,
change a colour or hide itself. On a terminal rich draws; elsewhere plain columns do.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

from nlsh.answers import SHORT
from nlsh.columns import COLUMNS, FOLDING, FOLDS_AT, SIZES, cell_text, fitting, shorten
from nlsh.config import Config
from nlsh.messages import in_language
from nlsh.terminal_text import cell_width, harmless
from nlsh.themes import THEMES
from nlsh.turn import Result, Row, Turn

FOLD_ROWS = 40
PROGRESS_SECONDS, REDRAW_SECONDS = 0.5, 0.1
FEW = 2  # up to so many rows are a sentence, more are a table


class Screen:
    """Where answers and notices go. `out` carries answers alone, `err` everything else."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out, self.err = out or sys.stdout, err or sys.stderr
        self.terminal = self.out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colour = self.terminal and not os.environ.get("NO_COLOR")
        self._live = self.err.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._styles, self._spoken = THEMES["terminal"], False
        self._line_open = False  # whether a command left the cursor in the middle of a line
        self._began = self._drawn = 0.0  # when the work under way began, and its line was drawn last

    def use(self, config: Config) -> None:
        """The colours of the user's theme; lines instead of drawings for a screen reader."""
        self._styles, self._spoken = THEMES[config.theme], config.screen_reader
        self._live = self._live and not config.screen_reader

    def _styled(self, text: str, role: str) -> str:
        """`text` in the colours of its role, where there are colours."""
        if not self.colour:
            return text
        from rich.color import ColorSystem
        from rich.style import Style

        deep = os.environ.get("COLORTERM") in ("truecolor", "24bit")
        return Style.parse(self._styles[role]).render(
            text, color_system=ColorSystem.TRUECOLOR if deep else ColorSystem.EIGHT_BIT
        )

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

    def preview(
        self, lines: list[str], to: Callable[[str], None] | None = None, *, danger: bool = False
    ) -> None:
        """What would happen: headline, items, undo. `danger` where a slip would cost too much."""
        show = to or (lambda text: self.write(harmless(text)))
        if not lines:
            show("nothing would change")
            return
        items = lines[1:-1]
        if to is None:
            self.write(self._styled(harmless(lines[0]), "danger" if danger else "card"))
        else:
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
                self.notice(in_language(note, turn.utterance.language))
        if turn.undo:
            self.notice(in_language(f"nlsh undo {turn.undo} takes it back", turn.utterance.language))

    def table(self, kind: str, rows: list[Row], fold: bool) -> None:
        """Rows in columns; `fold` shows only as many as a screen bears."""
        shown = rows[:FOLD_ROWS] if fold else rows
        names = [c for c in COLUMNS.get(kind, tuple(rows[0])) if any(row.get(c) is not None for row in shown)]
        names = names or list(rows[0])
        if kind == "files" and all(row.get("kind") == "file" for row in shown):
            names = [name for name in names if name != "kind"]
        if self.terminal:
            names = fitting(names, shown, self.width() - (5 if fold else 0))
        cells = [[cell_text(name, row) for name in names] for row in shown]
        if self._spoken:
            for number, row in enumerate(cells, 1):
                said = (f"{name} {cell}" for name, cell in zip(names, row, strict=True) if cell)
                self.write(f"{number}: " + ", ".join(said))
        elif self.terminal:
            styles = [self._styles.get(str(row.get("kind")), "") if self.colour else "" for row in shown]
            self._rich_table(names, cells, styles, numbered=fold and len(rows) > 1)
        else:
            self._plain_table(names, [list(names), *cells] if kind == "records" else cells)
        if len(rows) > len(shown):
            self.write(f"… and {len(rows) - len(shown)} more")

    def _rich_table(
        self, names: list[str], cells: list[list[str]], styles: list[str], *, numbered: bool
    ) -> None:
        """`styles` is that of each row's name; `numbered` gives each row its number, by which the next sentence may name it."""
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        if "command" in names:
            shorten(cells, names.index("command"), self.width() - (10 if numbered else 4))
        table = Table(
            box=box.SIMPLE_HEAD, pad_edge=False, header_style=self._styles["header"] if self.colour else None
        )
        if numbered:
            table.add_column(
                "", justify="right", style=self._styles["number"] if self.colour else None, no_wrap=True
            )
        for name in names:
            right = name in SIZES or name in ("pid", "port", "cpu", "line")
            longest = max(cell_width(row[names.index(name)]) for row in cells)
            table.add_column(
                name,
                justify="right" if right else "left",
                no_wrap=name not in FOLDING or name == "command",
                overflow="fold",
                min_width=min(longest, FOLDS_AT),
            )
        for number, row in enumerate(cells, 1):
            texts = [
                Text(cell, styles[number - 1] if name in ("path", "name") else "")
                for name, cell in zip(names, row, strict=True)
            ]
            table.add_row(*([str(number)] if numbered else []), *texts)
        Console(file=self.out, no_color=not self.colour, highlight=False, width=self.width()).print(table)

    def _plain_table(self, names: list[str], cells: list[list[str]]) -> None:
        widths = [max(cell_width(row[i]) for row in cells) for i in range(len(names))]
        for row in cells:
            line = "  ".join(
                (" " * (width - cell_width(cell)) + cell)
                if name in SIZES
                else cell + " " * (width - cell_width(cell))
                for name, cell, width in zip(names, row, widths, strict=True)
            )
            self.write(line.rstrip())


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


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
