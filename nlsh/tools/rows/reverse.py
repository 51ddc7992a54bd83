"""The rows from the last to the first."""

from nlsh.arguments import Args
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class Reverse(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """The same rows, the other way round."""
    rows = work.rows
    return Result(work.kind, rows[::-1])


TOOL = Tool(
    summary="turn the order of the rows round",
    args=Reverse,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=("the other way round", "reverse the order", "now backwards", "bottom to top", "反过来排"),
)
