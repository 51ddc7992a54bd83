"""Signals to processes, and what the preview says about them."""

from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Work
from nlsh.tools.processes._records import targets_of
from nlsh.turn import Effects, Result, Row


def signalling(asked: Asked, verb: str, note: str) -> Effects:
    """Effects of a call that signals exactly the processes that are named now."""
    targets = tuple(targets_of(asked, verb))
    title = f"{verb} {len(targets)} process{'es' * (len(targets) != 1)}"
    return Effects(
        signals=targets, undoable=False, note=note, title=title, samples=tuple(goal.label for goal in targets)
    )


def send(work: Work, number: int, done: str) -> Result:
    """Signal them all; a row for each."""
    rows: list[Row] = []
    for goal, pidfd in zip(work.effects.signals, work.facts["pidfds"], strict=True):
        try:
            work.signal(pidfd, number)
        except ProcessLookupError:
            continue  # ended by itself
        except PermissionError as error:
            raise ToolFailed(f"may not signal {goal.name} ({goal.pid})") from error
        rows.append({"pid": goal.pid, "name": goal.name, "user": goal.user, "state": done})
    notes = [] if rows else ["there is no such process"]
    return Result("processes", rows, notes=notes, changed=len(rows))
