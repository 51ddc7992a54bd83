"""Some columns of the rows."""

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import column
from nlsh.turn import Result


class Select(Args):
    """Up to three columns."""

    column: Text
    second: Text | None = None
    third: Text | None = None


def run(work: Work) -> Result:
    """Rows with these columns alone."""
    args: Select = work.args
    if not work.rows:
        return Result("records", [])
    names = [column(work.rows, said) for said in (args.column, args.second, args.third) if said]
    return Result("records", [{name: row.get(name) for name in names} for row in work.rows])


TOOL = Tool(
    summary="keep some columns of the rows",
    args=Select,
    effects=nothing_needed,
    run=run,
    gives="records",
    takes=ANY_ROWS,
    examples=(
        "only the name and email columns",
        "just the path",
        "name and price of products.csv",
        "drop everything but the pid",
        "只要 姓名 和 电话 两列",
    ),
)
