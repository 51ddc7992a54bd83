"""The last rows."""

from nlsh.arguments import Args, Count
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class Last(Args):
    """How many; one when left out."""

    count: Count = 1


def run(work: Work) -> Result:
    """At most that many."""
    rows = work.rows
    return Result(work.kind, rows[-work.args.count :])


TOOL = Tool(
    summary="keep the last rows",
    args=Last,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=("the last three", "just the bottom 5", "only the last one", "keep the last 10", "最后五个"),
)
