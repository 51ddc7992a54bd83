"""The last change taken back."""

from nlsh.arguments import Args
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import run_changes, writes_for
from nlsh.turn import Effects


class Undo(Args):
    """Nothing to say: the last change that can be taken back."""


def effects(asked: Asked) -> Effects:
    """The inverses of the recorded changes, which the journal hands in."""
    changes = asked.facts.get("inverses")
    if changes is None:
        raise ToolFailed("there is nothing to undo", "nlsh history shows what was done", "nothing_to_undo")
    metadata = any(change.op in ("chmod", "restore", "copy") for change in changes)
    reads = tuple(change.saved for change in changes if change.saved)
    return Effects(reads=reads, writes=writes_for(list(changes)), changes=tuple(changes), metadata=metadata)


TOOL = Tool(
    summary="take the last change back",
    args=Undo,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    local=True,
    examples=("undo that", "take it back", "bring them back", "oops, undo", "撤销"),
)
