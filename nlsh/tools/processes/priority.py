"""How much a process stands back for others (its niceness)."""

from typing import Literal

import psutil

from nlsh.arguments import Args, Number, Text
from nlsh.changes import act
from nlsh.errors import NotUnderstood
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import still, targets_of
from nlsh.turn import Effects, Result

_LEVELS = {"lowest": 19, "low": 10, "normal": 0, "high": -5, "highest": -15}


class Priority(Args):
    """A name or a pid, and a level or a niceness from 0 (normal) to 19 (stands back most)."""

    name: Text | None = None
    pid: Number | None = None
    level: Literal["lowest", "low", "normal", "high", "highest"] | None = None
    nice: Number | None = None


def effects(asked: Asked) -> Effects:
    """A brokered act per process; undo gives the old niceness back, which only root may where it was less."""
    args: Priority = asked.args
    if args.level is None and args.nice is None:
        raise NotUnderstood("which priority?", "say low, normal, high, or a niceness up to 19")
    if args.nice is not None and args.nice > 19:
        raise NotUnderstood(f"{args.nice} is no niceness", "it goes up to 19")
    nice = args.nice if args.nice is not None else _LEVELS[args.level or "normal"]
    targets, changes = [], []
    for goal, before in still(targets_of(asked, "change the priority of"), psutil.Process.nice):
        targets.append(goal)
        held = {"pid": goal.pid, "started": goal.started}
        back = held | {"nice": int(before)}
        changes.append(
            act("priority", f"the priority of {goal.name} ({goal.pid})", held | {"nice": nice}, back)
        )
    return Effects(
        signals=tuple(targets),
        changes=tuple(changes),
        title=f"set the niceness of {len(targets)} process{'es' * (len(targets) != 1)} to {nice}",
    )


def run(work: Work) -> Result:
    """One row per process."""
    rows = [{"pid": goal.pid, "name": goal.name, "user": goal.user} for goal in work.effects.signals]
    return Result("processes", rows, notes=[] if rows else ["there is no such process"], changed=len(rows))


TOOL = Tool(
    summary="change the priority of processes",
    args=Priority,
    effects=effects,
    run=run,
    gives="processes",
    changes=True,
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "give the backup low priority",
        "renice 4242 to 10",
        "set the niceness of ffmpeg to 15",
        "lower the priority of make",
        "降低 ffmpeg 的优先级",
    ),
)
