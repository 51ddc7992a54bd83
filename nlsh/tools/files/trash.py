"""What is in the trash."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import tree_size
from nlsh.tools.files._trash import trash_folder, trashed
from nlsh.turn import Effects, Result


class Trash(Args):
    """Nothing to say."""


def effects(asked: Asked) -> Effects:
    """Reads the home trash, if there is one."""
    import os

    folder = trash_folder(asked.scene)
    return Effects(reads=(folder,) if os.path.isdir(folder) else ())


def run(work: Work) -> Result:
    """One row per thing, the latest first; `value` is what all of it takes."""
    rows = trashed(work.effects.reads[0]) if work.effects.reads else []
    for row in rows:
        row["size"] = tree_size(str(row.pop("place")))[0]
    notes = [] if rows else ["the trash is empty"]
    return Result("records", rows, value=sum(int(row["size"]) for row in rows), unit="bytes", notes=notes)


TOOL = Tool(
    summary="what is in the trash",
    args=Trash,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what is in the trash",
        "show the recycle bin",
        "which files did I delete",
        "how full is the trash",
        "回收站里有什么",
    ),
)
