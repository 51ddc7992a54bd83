"""How many rows."""

from nlsh.arguments import Args
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class Count(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """`value` is the number."""
    return Result("value", value=len(work.rows), unit="count")


TOOL = Tool(
    summary="count the rows",
    args=Count,
    effects=nothing_needed,
    run=run,
    gives="value",
    takes=ANY_ROWS,
    examples=("how many are there", "count them", "how many of those", "the number of files", "有多少个"),
)
