"""Waiting until processes have ended."""

import time

from nlsh.arguments import Args, Duration, Number, Text
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import targets_of
from nlsh.turn import Effects, Result

STEP_SECONDS = 0.2


class Wait(Args):
    """For a name or a pid, or the rows of the call before; ten minutes at most when no time is said."""

    name: Text | None = None
    pid: Number | None = None
    time: Duration = 600.0


def effects(asked: Asked) -> Effects:
    """Sees the process table."""
    wanted = [f"{goal.pid} {goal.started} {goal.name}" for goal in targets_of(asked, "wait for")]
    return Effects(sees_processes=True, brokered=(("waited", "\n".join(wanted)),))


def run(work: Work) -> Result:
    """One row per process: whether it has ended."""
    goals = [line.split(" ", 2) for line in str(work.facts["waited"]).splitlines()]
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < work.args.time and any(_alive(goal[0]) for goal in goals):
        time.sleep(STEP_SECONDS)
        work.progress("wait", int(waited), int(work.args.time))
    rows = [{"pid": int(pid), "name": name, "ended": not _alive(pid)} for pid, _, name in goals]
    notes = [] if goals else ["there is no such process"]
    return Result(
        "processes",
        rows,
        notes=notes + [f"{row['name']} is still running" for row in rows if not row["ended"]],
    )


def _alive(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as reader:
            return reader.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


TOOL = Tool(
    summary="wait until a process has ended",
    args=Wait,
    effects=effects,
    run=run,
    gives="processes",
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "wait for make to finish",
        "wait until process 4242 ends",
        "tell me when the backup is done",
        "wait up to 5 minutes for rsync",
        "等 make 结束",
    ),
)
