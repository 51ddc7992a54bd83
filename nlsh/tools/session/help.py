"""What can be asked for."""

from nlsh.arguments import Args
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Help(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """One row per tool, with a sentence that it understands."""
    return Result("records", list(work.facts["tools"]))


TOOL = Tool(
    summary="what I can do",
    args=Help,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=("help", "what can you do", "how do I use this", "what can I ask", "你能做什么"),
)
