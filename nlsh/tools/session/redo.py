"""What was undone last, done again."""

from nlsh.arguments import Args
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import run_changes, writes_for
from nlsh.turn import Effects


class Redo(Args):
    """Nothing to say."""


def effects(asked: Asked) -> Effects:
    """The recorded changes once more, which the journal hands in."""
    changes = asked.facts.get("redo")
    if changes is None:
        raise ToolFailed(
            "there is nothing to redo", "only what was undone can be done again", "nothing_to_redo"
        )
    reads = tuple(change.path for change in changes if change.op == "copy")
    deletes = tuple(change.path for change in changes if change.op in ("trash", "move"))
    return Effects(
        reads=reads, writes=writes_for(list(changes)), changes=tuple(changes), metadata=True, deletes=deletes
    )


TOOL = Tool(
    summary="do again what was undone",
    args=Redo,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    local=True,
    examples=("redo", "do it again after all", "put back what I undid", "redo that change", "重做"),
)
