"""New folders, with their parents."""

import os

from nlsh.arguments import Args, NewPath, Target
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import missing_folders, placed, run_changes, writes_for
from nlsh.turn import Effects


class MakeFolder(Args):
    """Its name, those of up to two more, and in which folder; here when left out."""

    path: NewPath
    other: NewPath | None = None
    third: NewPath | None = None
    under: Target | None = None


def effects(asked: Asked) -> Effects:
    """Makes the folders and the ones above them that are missing."""
    args: MakeFolder = asked.args
    changes: list[Change] = []
    for name in (args.path, args.other, args.third):
        if name is not None:
            changes += [change for change in _made(name, asked) if change not in changes]
    return Effects(writes=writes_for(changes), changes=tuple(changes))


def _made(name: str, asked: Asked) -> list[Change]:
    path = placed(name, asked.args.under, asked.scene).rstrip("/")
    if os.path.isdir(path):
        raise ToolFailed(f"the folder {path} is already there", "", "exists")
    if os.path.lexists(path):
        raise ToolFailed(f"{path} is already there and is no folder", "choose another name", "exists")
    return missing_folders(path)


TOOL = Tool(
    summary="make new folders",
    args=MakeFolder,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    targets=("path",),
    examples=(
        "make a folder called invoices",
        "mkdir photos/2024",
        "I need a directory named backup in Documents",
        "create folder tmp",
        "make folders src, docs and tests",
        "新建文件夹 照片",
    ),
)
