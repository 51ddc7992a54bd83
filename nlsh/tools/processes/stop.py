"""Processes asked to end, or ended by force."""

import os
import select
import signal
import time

import psutil

from nlsh.arguments import Args, Number, Text
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import matching, target
from nlsh.turn import Effects, Result, Row, Target

WAIT_SECONDS = 3.0


class Stop(Args):
    """A name or a pid; without either, the rows of the call before."""

    name: Text | None = None
    pid: Number | None = None
    force: bool = False


def effects(asked: Asked) -> Effects:
    """Signals exactly the processes named now; each is held by pid and start time."""
    found: list[psutil.Process] = []
    args: Stop = asked.args
    if args.pid is not None:
        pids = [args.pid]
    elif args.name is None:
        if asked.kind != "processes":
            raise NotUnderstood("stop which process?", "say its name or number")
        pids = [int(row["pid"]) for row in asked.rows if row.get("pid")]
    else:
        found = [process for process in matching(args.name) if not _ours(process)]
        pids = []
    for pid in pids:
        try:
            found.append(psutil.Process(pid))
        except psutil.NoSuchProcess:
            continue
    targets = []
    for process in found:
        try:
            targets.append(target(process))
        except psutil.NoSuchProcess:
            continue  # ended meanwhile, which is what was wanted
    note = "a stopped process cannot be brought back"
    return Effects(signals=tuple(targets), undoable=False, note=note)


def _ours(process: psutil.Process) -> bool:
    """nlsh itself, its sandbox helper, and what it runs in: never meant by a name."""
    family = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return process.pid in family or "nlsh.sandbox.zygote" in " ".join(process.info["cmdline"] or [])


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
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=("stop firefox", "kill process 4242", "force quit chrome", "end it", "结束 node 进程"),
)
