"""Rows by their positions."""

from nlsh.arguments import Args, Ordinals
from nlsh.errors import ToolFailed
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.turn import Result


class Nth(Args):
    """Which positions, from one; -1 is the last."""

    n: Ordinals


def run(work: Work) -> Result:
    """Exactly those rows, in the order in which they were named."""
    chosen = []
    for n in work.args.n:
        index = n - 1 if n > 0 else n
        if not -len(work.rows) <= index < len(work.rows):
            raise ToolFailed(f"there is no number {n}: the list has {len(work.rows)}", "", "no_row")
        chosen.append(work.rows[index])
    return Result(work.kind, chosen)


TOOL = Tool(
    summary="pick rows by position",
    args=Nth,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "number two",
        "number 3",
        "the last one",
        "pick the 4th",
        "numbers 1, 3 and 4",
        "rows 2 to 5",
        "第二个",
    ),
)
