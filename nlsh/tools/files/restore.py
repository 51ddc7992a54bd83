"""Something taken out of the trash, back to where it was."""

import os

from nlsh.arguments import Args, Text
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._filters import name_rank
from nlsh.tools.files._making import missing_folders, run_changes, writes_for
from nlsh.tools.files._trash import trash_folder, trashed
from nlsh.turn import Effects


class Restore(Args):
    """What it was called."""

    name: Text


def effects(asked: Asked) -> Effects:
    """One move out of the trash: of the latest one with the name that fits best."""
    wanted = os.path.basename(asked.args.name.rstrip("/"))
    ranked = [(name_rank(str(row["name"]), wanted), row) for row in trashed(trash_folder(asked.scene))]
    fitting = [(rank, row) for rank, row in ranked if rank is not None]
    if not fitting:
        raise ToolFailed(f"there is no '{wanted}' in the trash", "look what is in the trash", "missing")
    row = min(fitting, key=lambda pair: pair[0])[1]
    said = os.path.normpath(str(row["path"]))
    if not os.path.isabs(said):
        raise NotUnderstood(f"the trash does not say where {wanted} was", "move it out by hand")
    # what policy judges is where it would really land: anybody can write a note into the trash
    target = os.path.join(os.path.realpath(os.path.dirname(said)), os.path.basename(said))
    if os.path.lexists(target):
        raise ToolFailed(f"something else is now at {target}", "move it away first", "exists")
    move = Change("move", str(row["place"]), to=target, size=int(row["size"]), folder=row["kind"] == "folder")
    changes = [*missing_folders(os.path.dirname(target)), move]
    return Effects(writes=writes_for(changes), changes=tuple(changes))


TOOL = Tool(
    summary="bring something back from the trash",
    args=Restore,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    examples=(
        "restore notes.txt from the trash",
        "get report.pdf back out of the bin",
        "undelete photo.jpg",
        "recover the folder invoices from the recycle bin",
        "从回收站恢复 简历.docx",
    ),
)
