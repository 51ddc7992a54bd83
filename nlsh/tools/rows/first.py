"""The first rows."""

from nlsh.arguments import Args, Count
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class First(Args):
    """How many; one when left out."""

    count: Count = 1


def run(work: Work) -> Result:
    """At most that many."""
    rows = work.rows
    return Result(work.kind, rows[: work.args.count])


TOOL = Tool(
    summary="keep the first rows",
    args=First,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=("the first three", "just the top 5", "only the first one", "keep the first 10", "前五个"),
)
