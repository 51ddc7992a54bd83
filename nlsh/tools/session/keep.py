"""The last result kept under a name."""

from nlsh.arguments import Args, Text
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Keep(Args):
    """Under which name."""

    name: Text


def run(work: Work) -> Result:
    """Said plainly; the turn loop writes it down."""
    count = len(work.rows)
    return Result("text", text=f"kept as {work.args.name}" + (f" ({count} rows)" if count else ""))


TOOL = Tool(
    summary="keep the last result under a name",
    args=Keep,
    effects=nothing_needed,
    run=run,
    gives="text",
    local=True,
    examples=(
        "keep this as bigfiles",
        "call this list candidates",
        "name the result A",
        "remember this list as todelete",
        "把这个结果记为 大文件",
    ),
)
