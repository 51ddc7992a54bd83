"""Rows gathered by what they share, with how many, how much, or the average of each."""

import os
from typing import Any, Literal

from nlsh.arguments import Args, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import column, measure, numbers
from nlsh.tools.rows._sorting import sort_key
from nlsh.turn import Result, Row


class Group(Args):
    """By which property or column, and what is wanted of each group."""

    by: Literal["type", "folder", "day", "month", "year", "user", "name", "kind"] | None = None
    column: Text | None = None
    total: Text | None = None
    mean: Text | None = None


def run(work: Work) -> Result:
    """One row per group, the largest first: the shared value, `count`, and the total or mean asked for."""
    args: Group = work.args
    if args.by is None and args.column is None:
        raise NotUnderstood("group by what?", "say type, folder, month, user or a column")
    rows = work.rows
    named = column(rows, args.column) if args.column and rows else None
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.get(named) if named else _property(row, args.by or ""), []).append(row)
    label = named or args.by or ""
    found = []
    for value, members in groups.items():
        made: Row = {label: value, "count": len(members)}
        for asked, name in ((args.total, "total"), (args.mean, "mean")):
            if asked:
                values = numbers(members, measure(rows, asked))
                made[f"{name} {asked}"] = (
                    sum(values) if name == "total" else round(sum(values) / max(len(values), 1), 6)
                )
        if "size" in members[0] and not args.total and not args.mean:
            made["size"] = sum(numbers(members, "size"))
        found.append(made)
    order = (
        next((key for key in found[0] if key.startswith(("total ", "mean "))), "count") if found else "count"
    )
    return Result("records", sorted(found, key=lambda row: (-float(row[order] or 0), sort_key(row[label]))))


def _property(row: Row, by: str) -> Any:
    path = str(row.get("path") or "")
    if by == "type":
        return "folder" if row.get("kind") == "folder" else os.path.splitext(path)[1].lower() or "none"
    if by == "folder":
        return os.path.dirname(path) or "."
    if by in ("day", "month", "year"):
        stamp = str(row.get("modified") or row.get("started") or row.get("date") or "")
        return stamp[: {"day": 10, "month": 7, "year": 4}[by]]
    return row.get(by)


TOOL = Tool(
    summary="group the rows and count or add up each group",
    args=Group,
    effects=nothing_needed,
    run=run,
    gives="records",
    takes=ANY_ROWS,
    examples=(
        "group them by type",
        "how many files per folder",
        "total of amount per customer in sales.csv",
        "processes by user",
        "按类型分组",
    ),
)
