"""Rows without repetitions."""

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import column
from nlsh.turn import Result


class Unique(Args):
    """By which column; whole rows when left out."""

    column: Text | None = None


def run(work: Work) -> Result:
    """The first row of each value."""
    name = column(work.rows, work.args.column) if work.args.column and work.rows else None
    seen: set[str] = set()
    found = []
    for row in work.rows:
        key = repr(row.get(name)) if name else repr(sorted(row.items()))
        if key not in seen:
            seen.add(key)
            found.append(row)
    return Result(work.kind, found)


TOOL = Tool(
    summary="drop repeated rows",
    args=Unique,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "only the different ones",
        "unique by email",
        "distinct values of country in users.csv",
        "drop the repeated rows",
        "去掉重复的行",
    ),
)
