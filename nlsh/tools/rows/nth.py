"""One row by its position."""

from nlsh.arguments import Args, Ordinal
from nlsh.errors import ToolFailed
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class Nth(Args):
    """Which position, from one; -1 is the last."""

    n: Ordinal


def run(work: Work) -> Result:
    """Exactly one row."""
    index = work.args.n - 1 if work.args.n > 0 else work.args.n
    if not -len(work.rows) <= index < len(work.rows):
        raise ToolFailed(f"there is no number {work.args.n}: the list has {len(work.rows)}", "", "no_row")
    return Result(work.kind, [work.rows[index]])


TOOL = Tool(
    summary="pick one row by position",
    args=Nth,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=("number two", "number 3", "the last one", "pick the 4th", "第二个"),
)
