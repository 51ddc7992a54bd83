"""The row with the most."""

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows.min import extreme
from nlsh.turn import Result


class Max(Args):
    """Of which column; the usual one when left out."""

    column: Text | None = None


def run(work: Work) -> Result:
    """One row."""
    return extreme(work, largest=True)


TOOL = Tool(
    summary="the row with the most of a column",
    args=Max,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "the row with the highest price",
        "maximum of temperature in weather.csv",
        "who has the most points",
        "the largest value of amount",
        "价格最高的一行",
    ),
)
