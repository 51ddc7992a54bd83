"""Files and folders put into the trash, from where undo brings them back."""

import os

from nlsh.arguments import Args, Path
from nlsh.changes import Change
from nlsh.tool import FILES, Asked, Tool
from nlsh.tools.files._making import checked, holds_the_shell, run_changes, sources, writes_for
from nlsh.tools.files._records import tree_size
from nlsh.trash import Trash
from nlsh.turn import Effects


class Delete(Args):
    """What; without a path, the rows of the call before."""

    path: Path | None = None


def effects(asked: Asked) -> Effects:
    """One rename into the trash per item; items inside another one go with it."""
    paths = checked(sources(asked, "delete"))
    trash = Trash(asked.scene.home)
    changes = []
    for path in paths:
        folder = os.path.isdir(path) and not os.path.islink(path)
        size = 0 if holds_the_shell(path, asked.scene) else tree_size(path)[0]
        changes.append(Change("trash", path, to=trash.place(path), size=size, folder=folder))
    return Effects(writes=writes_for(changes), changes=tuple(changes), deletes=tuple(paths))


TOOL = Tool(
    summary="put files or folders into the trash",
    args=Delete,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "delete old.log",
        "get rid of the .pyc files below here",
        "trash the empty folders",
        "remove build",
        "删除 临时.txt",
    ),
)
