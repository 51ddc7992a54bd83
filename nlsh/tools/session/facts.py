"""What was remembered."""

from nlsh.arguments import Args, Text
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Facts(Args):
    """About what; everything when left out."""

    text: Text | None = None


def run(work: Work) -> Result:
    """One row per fact."""
    rows = work.facts.get("facts", [])
    if work.args.text:
        rows = [
            row
            for row in rows
            if work.args.text.lower() in f"{row['name']} {row['means']} {row['fact']}".lower()
        ]
    return Result("records", rows, notes=[] if rows else ["I have been told nothing like that"])


TOOL = Tool(
    summary="what I was told to remember",
    args=Facts,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=(
        "what do you remember",
        "what did I tell you about the backup",
        "list what you know about me",
        "what does work mean",
        "你记住了什么",
    ),
)
