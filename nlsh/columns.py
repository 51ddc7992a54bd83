"""Rows as columns: which ones a kind of rows has, which fit a width, and what stands in a cell."""

from datetime import datetime
from typing import Any

from nlsh.terminal_text import cell_width, harmless
from nlsh.turn import Row
from nlsh.values.sizes import show_size

COLUMNS: dict[str, tuple[str, ...]] = {
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
FOLDING = {"path", "from", "text", "command", "value", "said", "answer", "what", "detail", "ipv6"}
FOLDS_AT = 16
_EXPENDABLE = ("owner", "permissions", "kind", "started", "user", "address", "command", "modified", "cpu")
SIZES = {
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


def shorten(cells: list[list[str]], column: int, width: int) -> None:
    """Cut the cells of one column, with an ellipsis, to the room that the others leave in `width`."""
    widths = [max(cell_width(row[i]) for row in cells) + 3 for i in range(len(cells[0])) if i != column]
    room = max(width - sum(widths), FOLDS_AT)
    for row in cells:
        if len(row[column]) > room:
            row[column] = row[column][: room - 1] + "…"


def fitting(names: list[str], rows: list[Row], width: int) -> list[str]:
    """The columns that `width` has room for; the least telling ones are left out first."""
    kept = list(names)

    def wanted(name: str) -> int:
        longest = max(cell_width(cell_text(name, row)) for row in rows)
        return max(min(longest, FOLDS_AT) if name in FOLDING else longest, len(name)) + 3

    for name in (*_EXPENDABLE, *reversed(names)):
        if sum(map(wanted, kept)) <= width or len(kept) <= 2:
            break
        if name in kept:
            kept.remove(name)
    return kept


def cell_text(name: str, row: Row) -> str:
    """What stands in the column `name` of a row: sizes and times for people, and nothing that acts."""
    value: Any = row.get(name)
    if value is None:
        return ""
    if (
        (name in SIZES or (name == "value" and row.get("fact") in _SIZED_FACTS))
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
