"""The current folder, for whoever has lost track of it."""

from nlsh.arguments import Args
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Where(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """Its whole path."""
    return Result("text", text=work.scene.cwd)


TOOL = Tool(
    summary="the current folder",
    args=Where,
    effects=nothing_needed,
    run=run,
    gives="text",
    local=True,
    examples=(
        "where am i",
        "which folder is this",
        "print the working directory",
        "what is the current folder",
        "我在哪个文件夹",
    ),
)
