"""The rows of the turn before: what "them", "it" and "those" mean."""

from nlsh.arguments import Args
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Last(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """The rows that the turn before left, or its text or value."""
    return Result(
        work.kind,
        work.rows,
        value=work.facts.get("value"),
        text=work.facts.get("text"),
        unit=work.facts.get("unit", ""),
    )


TOOL = Tool(
    summary="the result of the turn before",
    args=Last,
    effects=nothing_needed,
    run=run,
    gives="last",
    local=True,
    examples=("show that again", "those", "the same list once more", "what was that", "再显示一遍"),
)
