"""A new folder, with its parents."""

import os

from nlsh.arguments import Args, NewPath, Target
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import missing_folders, placed, run_changes, writes_for
from nlsh.turn import Effects


class MakeFolder(Args):
    """Its name, and in which folder; here when left out."""

    path: NewPath
    under: Target | None = None


def effects(asked: Asked) -> Effects:
    """Makes the folder and the ones above it that are missing."""
    path = placed(asked.args.path, asked.args.under, asked.scene).rstrip("/")
    if os.path.isdir(path):
        raise ToolFailed(f"the folder {path} is already there", "", "exists")
    if os.path.lexists(path):
        raise ToolFailed(f"{path} is already there and is no folder", "choose another name", "exists")
    changes = missing_folders(path)
    return Effects(writes=writes_for(changes), changes=tuple(changes))


TOOL = Tool(
    summary="make a new folder",
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
        "新建文件夹 照片",
    ),
)
