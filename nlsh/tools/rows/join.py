"""Rows put together with those of another table that say the same in a column."""

import os

from nlsh.arguments import Args, Target, Text
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.rows._columns import column
from nlsh.tools.text._tables import read_rows
from nlsh.turn import Effects, Result, Row


class Join(Args):
    """With which table, on which column; the first that both have when left out."""

    other: Target
    column: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the other table."""
    if os.path.isdir(asked.args.other):
        raise ToolFailed(f"{asked.args.other} is a folder", "name a table", "is_folder")
    return Effects(reads=(asked.args.other,))


def run(work: Work) -> Result:
    """Rows that have a partner, with the columns of both; of a name that both have, the first table's."""
    args: Join = work.args
    others = read_rows(args.other)
    if not work.rows or not others:
        return Result("records", [])
    if args.column:
        name, partner = column(work.rows, args.column), column(others, args.column)
    else:
        shared = [name for name in work.rows[0] if name in others[0]]
        if not shared:
            raise NotUnderstood("the tables have no column in common", "say which column to join on")
        name = partner = shared[0]
    by_value: dict[str, list[Row]] = {}
    for row in others:
        by_value.setdefault(str(row.get(partner)), []).append(row)
    joined = [{**other, **row} for row in work.rows for other in by_value.get(str(row.get(name)), [])]
    return Result("records", joined)


TOOL = Tool(
    summary="join the rows with another table",
    args=Join,
    effects=effects,
    run=run,
    gives="records",
    takes=frozenset({"records"}),
    examples=(
        "join orders.csv with customers.csv on customer_id",
        "combine them with prices.csv",
        "match users.csv and logins.csv by email",
        "merge this table with regions.json on country",
        "把 订单.csv 和 客户.csv 按 编号 合并",
    ),
)
