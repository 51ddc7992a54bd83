"""Something about the user's world written down."""

from nlsh.arguments import Args, Text
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Remember(Args):
    """A name and what it means, or a fact."""

    name: Text | None = None
    value: Text | None = None
    fact: Text | None = None


def run(work: Work) -> Result:
    """Said plainly; the turn loop writes it down. A name that means a folder can be said instead of it."""
    args: Remember = work.args
    return Result(
        "text",
        text=f"I will remember that {args.name} means {args.value}"
        if args.name and args.value
        else f"I will remember: {args.fact or args.name or args.value}",
    )


TOOL = Tool(
    summary="remember a fact or what a name means",
    args=Remember,
    effects=nothing_needed,
    run=run,
    gives="text",
    local=True,
    targets=("name", "fact"),
    examples=(
        "remember that work means ~/projects",
        "note that the backup disk is sdb1",
        "when I say site I mean /srv/www",
        "keep in mind that invoices are due on friday",
        "记住 工作 指的是 ~/projects",
    ),
)
