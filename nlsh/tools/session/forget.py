"""Something remembered, or kept, struck out."""

from nlsh.arguments import Args, Text
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Forget(Args):
    """What: a name, or words of the fact."""

    text: Text


def run(work: Work) -> Result:
    """Says how much is struck out; the turn loop does it."""
    count = int(work.facts.get("fitting", 0))
    if not count:
        raise ToolFailed(
            f"I have been told nothing about {work.args.text}", "say: what do you remember", "nothing_known"
        )
    if count > 1:
        raise NotUnderstood(
            f"{count} things speak of {work.args.text}", "say more of the one that is meant", code="ambiguous"
        )
    return Result("text", text=f"forgotten: {work.args.text}")


TOOL = Tool(
    summary="forget what was remembered",
    args=Forget,
    effects=nothing_needed,
    run=run,
    gives="text",
    local=True,
    examples=(
        "forget what work means",
        "forget about the backup disk",
        "drop the kept list candidates",
        "don't remember invoices any more",
        "忘掉 工作",
    ),
)
