"""The trash emptied: what was in it is gone for good."""

import os

from nlsh.arguments import Args, When
from nlsh.changes import Change
from nlsh.tool import Asked, Tool
from nlsh.tools.files._filters import older_than
from nlsh.tools.files._making import run_changes, writes_for
from nlsh.tools.files._records import tree_size
from nlsh.tools.files._trash import trash_folder, trashed
from nlsh.turn import Effects


class EmptyTrash(Args):
    """Only what was put there before a time."""

    older: When | None = None


def effects(asked: Asked) -> Effects:
    """One final deletion per thing in the home trash."""
    from datetime import datetime

    rows = trashed(trash_folder(asked.scene))
    if asked.args.older:
        limit = datetime.fromtimestamp(older_than(asked.args.older, asked.scene.now)).isoformat()
        rows = [row for row in rows if str(row["deleted"]) < limit]
    changes = tuple(
        Change(
            "erase",
            str(row["place"]),
            size=tree_size(str(row["place"]))[0],
            folder=os.path.isdir(str(row["place"])),
        )
        for row in rows
    )
    return Effects(
        writes=writes_for(list(changes)), changes=changes, undoable=False, note="it is gone for good"
    )


TOOL = Tool(
    summary="empty the trash for good",
    args=EmptyTrash,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    undo=False,
    examples=(
        "empty the trash",
        "clear the recycle bin",
        "delete everything in the trash older than a month for good",
        "take out the trash",
        "清空回收站",
    ),
)
