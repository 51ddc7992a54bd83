"""A symbolic link: another name for a file or folder."""

import os

from nlsh.arguments import Args, NewPath, Path
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import missing_folders, run_changes, writes_for
from nlsh.turn import Effects


class Link(Args):
    """To what, and the name of the link."""

    path: Path
    to: NewPath | None = None


def effects(asked: Asked) -> Effects:
    """Creates one link; without a name it stands in the current folder."""
    source = asked.args.path
    place = asked.args.to or asked.scene.cwd
    if os.path.isdir(place):
        place = os.path.join(place, os.path.basename(source))
    if os.path.lexists(place):
        raise ToolFailed(f"{place} is already there", "choose another name", "exists")
    changes = [*missing_folders(os.path.dirname(place)), Change("symlink", place, text=source)]
    return Effects(writes=writes_for(changes), changes=tuple(changes))


TOOL = Tool(
    summary="make a link to a file or folder",
    args=Link,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    examples=(
        "make a link to config.yml called settings.yml",
        "symlink projects/web to www",
        "ln -s data.csv latest.csv",
        "create a shortcut to Documents on the desktop",
        "给 报告.pdf 建一个链接 最新.pdf",
    ),
)
