"""A text file made or replaced; without a text, an empty file."""

import os

from nlsh.arguments import Args, NewPath, Target, Text
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import missing_folders, placed, run_changes, writes_for
from nlsh.turn import Effects


class Write(Args):
    """Which file, what it will say, and in which folder; here when left out."""

    path: NewPath
    text: Text | None = None
    under: Target | None = None


def effects(asked: Asked) -> Effects:
    """Creates the file, or replaces what it says (the old bytes are kept for undo)."""
    path, text = placed(asked.args.path, asked.args.under, asked.scene), asked.args.text
    if os.path.isdir(path):
        raise ToolFailed(f"{path} is a folder", "name the file to write", "is_folder")
    body = "" if text is None else text if text.endswith("\n") else text + "\n"
    if os.path.lexists(path):
        if text is None:
            raise ToolFailed(f"{path} is already there", "say what it should contain to replace it", "exists")
        if os.lstat(path).st_nlink > 1:
            raise ToolFailed(
                f"{path} has another name elsewhere (a hard link)", "write to a copy instead", "linked"
            )
        size = os.stat(path).st_size
        changes = [
            Change(
                "replace",
                os.path.realpath(path),
                text=body,
                old=size,
                size=len(body.encode(errors="surrogateescape")),
            )
        ]
    else:
        size = len(body.encode(errors="surrogateescape"))
        changes = [
            *missing_folders(os.path.dirname(path)),
            Change("create", path, text=body, mode=0o644, size=size),
        ]
    return Effects(writes=writes_for(changes), changes=tuple(changes))


TOOL = Tool(
    summary="write a text to a file, or make an empty one",
    args=Write,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    targets=("path",),
    examples=(
        "write hello world to greeting.txt",
        "create an empty file todo.md",
        "touch notes.txt",
        'put "buy milk" into list.txt',
        "新建文件 笔记.txt",
    ),
)
