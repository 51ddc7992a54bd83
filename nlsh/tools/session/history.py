"""What was asked and done in this session."""

from nlsh.arguments import Args, Count
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class History(Args):
    """How many turns; twenty when left out."""

    count: Count = 20


def run(work: Work) -> Result:
    """One row per turn, newest last."""
    return Result("records", list(work.facts.get("history", []))[-work.args.count :])


TOOL = Tool(
    summary="what was said and done before",
    args=History,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=(
        "what did I do before",
        "show the history",
        "my last 10 commands",
        "what have I asked so far",
        "历史记录",
    ),
)
