"""Another current folder for the turns that follow."""

import os

from nlsh.arguments import Args, Target
from nlsh.errors import ToolFailed
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Cd(Args):
    """Which folder; home when left out."""

    path: Target = "~"


def run(work: Work) -> Result:
    """`text` is the new folder; the turn loop moves there."""
    if not os.path.isdir(work.args.path):
        raise ToolFailed(f"{work.args.path} is not a folder", "name a folder", "no_folder")
    return Result("text", text=work.args.path)


TOOL = Tool(
    summary="go to another folder",
    args=Cd,
    effects=nothing_needed,
    run=run,
    gives="text",
    local=True,
    examples=("go to Downloads", "cd projects", "change into src", "take me home", "进入 文档 文件夹"),
)
