"""On which processor cores a process may run."""

import psutil

from nlsh.arguments import Args, Count, Number, Text
from nlsh.changes import act
from nlsh.errors import NotUnderstood
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import still, targets_of
from nlsh.turn import Effects, Result


class Affinity(Args):
    """A name or a pid, and one core by its number or so many of them."""

    name: Text | None = None
    pid: Number | None = None
    core: Number | None = None
    count: Count | None = None


def effects(asked: Asked) -> Effects:
    """A brokered act per process."""
    args: Affinity = asked.args
    here = psutil.cpu_count() or 1
    if args.core is None and args.count is None:
        raise NotUnderstood("on which cores?", f"say a core from 0 to {here - 1}, or how many")
    if (args.core or 0) >= here or (args.count or 1) > here:
        raise NotUnderstood(f"this machine has {here} cores, 0 to {here - 1}", "choose among these")
    cores = [args.core] if args.core is not None else list(range(args.count or 1))
    targets, changes = [], []
    for goal, before in still(targets_of(asked, "choose the cores of"), psutil.Process.cpu_affinity):
        targets.append(goal)
        held = {"pid": goal.pid, "started": goal.started}
        back = held | {"cores": list(before or [])}
        changes.append(
            act("affinity", f"the cores of {goal.name} ({goal.pid})", held | {"cores": cores}, back)
        )
    title = (
        f"run {len(targets)} process{'es' * (len(targets) != 1)} on core {', '.join(map(str, cores))} only"
    )
    return Effects(signals=tuple(targets), changes=tuple(changes), title=title)


def run(work: Work) -> Result:
    """One row per process."""
    rows = [{"pid": goal.pid, "name": goal.name, "user": goal.user} for goal in work.effects.signals]
    return Result("processes", rows, notes=[] if rows else ["there is no such process"], changed=len(rows))


TOOL = Tool(
    summary="choose the processor cores of a process",
    args=Affinity,
    effects=effects,
    run=run,
    gives="processes",
    changes=True,
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "pin ffmpeg to core 2",
        "let make use only 4 cores",
        "taskset process 4242 to cpu 0",
        "run the backup on one core only",
        "把 ffmpeg 绑定到 2 号核心",
    ),
)
