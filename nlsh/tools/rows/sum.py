"""A total over the rows."""

from typing import Literal

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import column, numbers
from nlsh.tools.rows.sort import field
from nlsh.turn import Result


class Sum(Args):
    """Of which field."""

    by: Literal["size", "memory", "cpu"] = "size"
    column: Text | None = None


def run(work: Work) -> Result:
    """`value` is the total: bytes, or percent for cpu."""
    if work.args.column and work.rows:
        total = sum(numbers(work.rows, column(work.rows, work.args.column)))
        return Result("value", value=round(total, 6), unit="count")
    values = [field(row, work.args.by) for row in work.rows]
    total = sum(value for value in values if isinstance(value, int | float))
    return Result(
        "value",
        value=round(total, 1) if work.args.by == "cpu" else total,
        unit="percent" if work.args.by == "cpu" else "bytes",
    )


TOOL = Tool(
    summary="add up the rows",
    args=Sum,
    effects=nothing_needed,
    run=run,
    gives="value",
    takes=ANY_ROWS,
    examples=(
        "how big are they together",
        "the total size",
        "add up their memory",
        "sum of the sizes",
        "一共多大",
    ),
)
