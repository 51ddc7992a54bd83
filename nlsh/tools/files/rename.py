"""A new name for one file or folder, in its place."""

import os

from nlsh.arguments import Args, Path, Text
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool
from nlsh.tools.files._making import checked, holds_the_shell, run_changes, sources, writes_for
from nlsh.turn import Effects


class Rename(Args):
    """What, and its new name."""

    path: Path | None = None
    to: Text


def effects(asked: Asked) -> Effects:
    """One rename in the same folder; a file keeps its extension when the new name has none."""
    paths = checked(sources(asked, "rename"))
    if len(paths) != 1:
        raise NotUnderstood(f"which one of the {len(paths)} shall be called {asked.args.to}?", "name one")
    if holds_the_shell(paths[0], asked.scene):
        return Effects(deletes=tuple(paths))
    source, name = paths[0], asked.args.to.strip().strip("\"'")
    if "/" in name:
        target = os.path.normpath(os.path.join(asked.scene.cwd, name))
    else:
        suffix = os.path.splitext(source)[1]
        if suffix and "." not in name and os.path.isfile(source):
            name += suffix
        target = os.path.join(os.path.dirname(source), name)
    if os.path.lexists(target):
        raise ToolFailed(f"{target} is already there", "choose another name", "exists")
    folder = os.path.isdir(source) and not os.path.islink(source)
    change = Change("move", source, to=target, size=os.lstat(source).st_size, folder=folder)
    return Effects(writes=writes_for([change]), changes=(change,), deletes=(source,))


TOOL = Tool(
    summary="give a file or folder another name",
    args=Rename,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "rename draft.txt to final.txt",
        "call the folder tmp archive instead",
        "change the name of a.png to logo.png",
        "mv img1.jpg cover.jpg",
        "把 草稿.txt 改名为 定稿.txt",
    ),
)
