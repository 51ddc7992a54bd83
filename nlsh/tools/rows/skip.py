"""Every row but the first ones: what is left when the newest three are kept."""

from nlsh.arguments import Args, Count
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class Skip(Args):
    """How many are left out; one when not said."""

    count: Count = 1


def run(work: Work) -> Result:
    """None when there are no more than that."""
    rows = work.rows
    return Result(work.kind, rows[work.args.count :])


TOOL = Tool(
    summary="leave out the first rows",
    args=Skip,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "all but the first",
        "skip the first three",
        "without the top two",
        "everything after the first 10",
        "除了前三个以外的",
    ),
)
