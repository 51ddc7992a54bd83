"""Why the last plan was what it was."""

from nlsh.arguments import Args
from nlsh.errors import ToolFailed
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Explain(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """One row per call and argument: which words of the sentence gave it; then how sure the model was."""
    rows = work.facts.get("explanation")
    if not rows:
        raise ToolFailed("there is no plan yet to explain", "ask for something first", "no_previous")
    return Result("records", rows)


TOOL = Tool(
    summary="why the last plan was what it was",
    args=Explain,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=("why", "explain that", "why did you do that", "how did you understand me", "为什么"),
)
