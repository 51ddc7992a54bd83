"""Files or folders moved to another place."""

import os

from nlsh.arguments import Args, NewPath, Path
from nlsh.errors import NotUnderstood
from nlsh.tool import FILES, Asked, Tool
from nlsh.tools.files._making import checked, holds_the_shell, run_changes, sources, transfers, writes_for
from nlsh.trash import Trash
from nlsh.turn import Effects


class Move(Args):
    """What, and where to."""

    path: Path | None = None
    to: NewPath | None = None


def effects(asked: Asked) -> Effects:
    """Renames, or across file systems copies and removes; a file in the way goes to the trash."""
    paths = checked(sources(asked, "move"))
    if asked.args.to is None:
        raise NotUnderstood("move it where?", "say the folder")
    if any(holds_the_shell(path, asked.scene) for path in paths):
        return Effects(deletes=tuple(paths))
    changes = transfers("move", paths, asked.args.to, Trash(asked.scene.home).place)
    moved = tuple(change.path for change in changes if change.op == "move")
    writes = writes_for(changes)
    across = len({_device(folder) for folder in writes}) > 1
    return Effects(writes=writes, changes=tuple(changes), deletes=moved, metadata=across)


def _device(folder: str) -> int:
    try:
        return os.stat(folder).st_dev
    except OSError:
        return -1


TOOL = Tool(
    summary="move files or folders",
    args=Move,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "move report.pdf to Archive",
        "put all the screenshots in Pictures",
        "mv old.txt backup",
        "throw these into a folder called done",
        "把图片移到 照片",
    ),
)
