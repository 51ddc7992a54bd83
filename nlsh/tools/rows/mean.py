"""The average over the rows."""

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import measure, numbers
from nlsh.turn import Result


class Mean(Args):
    """Of which column; the usual one when left out."""

    column: Text | None = None


def run(work: Work) -> Result:
    """`value` is the arithmetic mean; no rows, no value."""
    if not work.rows:
        return Result("value", notes=["there are no rows"])
    name = measure(work.rows, work.args.column)
    found = numbers(work.rows, name)
    mean = sum(found) / len(found) if found else 0
    return Result("value", value=round(mean, 6), unit="bytes" if name in ("size", "memory") else "count")


TOOL = Tool(
    summary="the average of a column",
    args=Mean,
    effects=nothing_needed,
    run=run,
    gives="value",
    takes=ANY_ROWS,
    examples=(
        "the average size",
        "mean price of products.csv",
        "what is the average of amount",
        "how big are they on average",
        "平均多大",
    ),
)
