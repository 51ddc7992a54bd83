"""Processes asked to end, or ended by force."""

import select
import signal
import time

from nlsh.arguments import Args, Number, Text
from nlsh.errors import ToolFailed
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import targets_of
from nlsh.turn import Effects, Result, Row, Target

WAIT_SECONDS = 3.0


class Stop(Args):
    """A name, a pid or a job in the background; without any, the rows of the call before."""

    name: Text | None = None
    pid: Number | None = None
    job: Number | None = None
    force: bool = False


def effects(asked: Asked) -> Effects:
    """Signals exactly the processes named now; each is held by pid and start time."""
    targets = tuple(targets_of(asked, "stop"))
    note = "a stopped process cannot be brought back"
    return Effects(signals=targets, undoable=False, note=note)


def run(work: Work) -> Result:
    """Send the signal, then wait for the ends; a row says what became of each."""
    if not work.effects.signals:
        wanted = (
            f"called {work.args.name}"
            if work.args.name
            else f"{work.args.pid}"
            if work.args.pid
            else "left of these"
        )
        return Result("processes", [], notes=[f"there is no process {wanted}"])
    number = signal.SIGKILL if work.args.force else signal.SIGTERM
    pidfds: list[int] = work.facts["pidfds"]
    rows: list[Row] = []
    for goal, pidfd in zip(work.effects.signals, pidfds, strict=True):
        try:
            work.signal(pidfd, number)
        except ProcessLookupError:
            pass  # ended by itself
        except PermissionError as error:
            raise ToolFailed(f"may not stop {goal.name} ({goal.pid})") from error
    deadline = time.monotonic() + WAIT_SECONDS
    for goal, pidfd in zip(work.effects.signals, pidfds, strict=True):
        rows.append(_outcome(goal, pidfd, deadline))
    alive = [row for row in rows if not row["stopped"]]
    notes = [f"{row['name']} ({row['pid']}) is still running; say 'force' to kill it" for row in alive]
    return Result("processes", rows, notes=notes, changed=len(rows) - len(alive))


def _outcome(goal: Target, pidfd: int, deadline: float) -> Row:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    ended = bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
    return {"pid": goal.pid, "name": goal.name, "user": goal.user, "stopped": ended}


TOOL = Tool(
    summary="stop processes",
    args=Stop,
    effects=effects,
    run=run,
    gives="processes",
    changes=True,
    undo=False,
    takes=PROCESSES,
    targets=("name", "pid", "job"),
    examples=(
        "stop firefox",
        "kill process 4242",
        "force quit chrome",
        "stop job 2",
        "end it",
        "结束 node 进程",
    ),
)
