"""What is directly in a folder; of an archive, its members; of another file, its content."""

import os

from nlsh.arguments import Args, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._archives import is_archive, members
from nlsh.tools.files._reading import read_text
from nlsh.tools.files._records import Trouble, listing
from nlsh.turn import Effects, Result


class List(Args):
    """Which folder."""

    path: Target = "."
    hidden: bool = False


def effects(asked: Asked) -> Effects:
    """Reads the folder."""
    return Effects(reads=(asked.args.path,))


def run(work: Work) -> Result:
    """One row per entry, folders first."""
    if not os.path.isdir(work.args.path):
        if is_archive(work.args.path):
            return members(work.args.path)
        return read_text(work.args.path, None, None)
    trouble = Trouble()
    hidden = work.args.hidden
    return Result(
        "files", listing(work.args.path, work.scene, hidden=hidden, trouble=trouble), notes=trouble.notes()
    )


TOOL = Tool(
    summary="what is in a folder",
    args=List,
    effects=effects,
    run=run,
    gives="files",
    examples=(
        "what is in Documents",
        "list everything here, hidden files too",
        "show this folder",
        "ls",
        "看看下载里有什么",
    ),
)
