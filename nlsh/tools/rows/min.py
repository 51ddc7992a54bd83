"""The row with the least."""

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import measure
from nlsh.tools.rows._sorting import sort_key
from nlsh.tools.rows.sort import field
from nlsh.turn import Result


class Min(Args):
    """Of which column; the usual one when left out."""

    column: Text | None = None


def run(work: Work) -> Result:
    """One row."""
    return extreme(work, largest=False)


def extreme(work: Work, *, largest: bool) -> Result:
    """The row with the largest or least value of the column."""
    if not work.rows:
        return Result(work.kind, [])
    name = measure(work.rows, work.args.column)
    have = [row for row in work.rows if field(row, name) is not None]
    choose = max if largest else min
    return Result(work.kind, [choose(have, key=lambda row: sort_key(field(row, name)))] if have else [])


TOOL = Tool(
    summary="the row with the least of a column",
    args=Min,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "the row with the lowest price",
        "minimum of temperature in weather.csv",
        "who has the least points",
        "the smallest value of amount",
        "价格最低的一行",
    ),
)
