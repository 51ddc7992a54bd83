"""Rows in an order."""

import os
from typing import Any, Literal

from nlsh.arguments import Args, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._sorting import sort_key
from nlsh.turn import Result, Row


class Sort(Args):
    """By which field, and which end comes first."""

    by: Literal["name", "size", "modified", "memory", "cpu", "started", "pid", "port", "type"] = "name"
    column: Text | None = None
    order: Literal["largest", "smallest", "newest", "oldest", "ascending", "descending"] | None = None


def run(work: Work) -> Result:
    """Stable; rows without the field come last."""
    args: Sort = work.args
    by = _named(work.rows, args.column) if args.column else args.by
    default = {
        "size": "largest",
        "memory": "largest",
        "cpu": "largest",
        "modified": "newest",
        "started": "newest",
    }
    order = args.order or default.get(by, "ascending")
    backwards = order in ("largest", "newest", "descending")
    have = [row for row in work.rows if field(row, by) is not None]
    lack = [row for row in work.rows if field(row, by) is None]
    return Result(work.kind, sorted(have, key=lambda row: sort_key(field(row, by)), reverse=backwards) + lack)


def _named(rows: list[Row], said: str) -> str:
    wanted = said.strip().lower()
    for row in rows[:1]:
        for name in row:
            if name.lower() == wanted:
                return name
    if any(field(row, wanted) is not None for row in rows) or not rows:
        return wanted
    raise NotUnderstood(f"there is no column '{said}'", f"there are {', '.join(rows[0])}")


def field(row: Row, by: str) -> Any:
    """What `by` means in this row: "size" of a process is its memory, "name" of a file its last part, "type" its suffix."""
    if by == "name" and "name" not in row and "path" in row:
        return os.path.basename(str(row["path"]).rstrip("/"))
    if by in ("size", "memory"):
        for name in (by, "memory", "size", "used", "total"):
            if row.get(name) is not None:
                return row[name]
    if by in ("modified", "started"):
        return row.get(by) or row.get("modified") or row.get("started")
    if by == "type" and "type" not in row and "path" in row:
        return os.path.splitext(str(row["path"]))[1]
    return row.get(by)


TOOL = Tool(
    summary="sort the rows",
    args=Sort,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "sort them by size",
        "newest first",
        "order these by name",
        "most memory first",
        "sort by type",
        "按大小排序",
    ),
)
