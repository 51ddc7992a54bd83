"""A line added to the end of a text file."""

import os

from nlsh.arguments import Args, NewPath, Text
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import missing_folders, run_changes, writes_for
from nlsh.turn import Effects


class Append(Args):
    """Which file, and what is added."""

    path: NewPath
    text: Text


def effects(asked: Asked) -> Effects:
    """Appends, or creates the file when it is not there."""
    path = asked.args.path
    if os.path.isdir(path):
        raise ToolFailed(f"{path} is a folder", "name the file to add to", "is_folder")
    text = asked.args.text + "\n"
    if not os.path.lexists(path):
        changes = [
            *missing_folders(os.path.dirname(path)),
            Change("create", path, text=text, mode=0o644, size=len(text.encode())),
        ]
        return Effects(writes=writes_for(changes), changes=tuple(changes))
    real = os.path.realpath(path)
    if os.lstat(real).st_nlink > 1:
        raise ToolFailed(
            f"{path} has another name elsewhere (a hard link)", "add to a copy instead", "linked"
        )
    size = os.stat(real).st_size
    if size and not _ends_with_newline(real):
        text = "\n" + text
    change = Change("append", real, text=text, old=size, size=len(text.encode(errors="surrogateescape")))
    return Effects(writes=writes_for([change]), changes=(change,))


def _ends_with_newline(path: str) -> bool:
    try:
        with open(path, "rb") as reader:
            reader.seek(-1, os.SEEK_END)
            return reader.read(1) == b"\n"
    except OSError:
        return True  # unreadable: the child will say so


TOOL = Tool(
    summary="add a line to the end of a file",
    args=Append,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    targets=("path",),
    examples=(
        "append done to log.txt",
        'add "call Anna" to todo.md',
        "add a line saying finished to report.txt",
        "put milk at the end of list.txt",
        "在 日记.txt 末尾加上 今天下雨",
    ),
)
