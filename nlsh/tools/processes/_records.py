"""Process records as every process tool shows them."""

import os
import time

import psutil

from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked
from nlsh.tools.files._records import iso
from nlsh.turn import Row, Target

_FACTS = ["pid", "ppid", "name", "cmdline", "username", "memory_info", "cpu_times", "create_time"]


def processes(sample_seconds: float = 0.0) -> list[Row]:
    """One row per process; `cpu` is percent of one core over the sample, or since the start without one.

    Kernel threads and processes that vanish meanwhile are left out.
    """
    first = _cpu_times() if sample_seconds else {}
    begun = time.monotonic()
    if sample_seconds:
        time.sleep(sample_seconds)
    rows = []
    for process in psutil.process_iter(_FACTS):
        facts = process.info
        if not facts["cmdline"] and facts["memory_info"] is not None and facts["memory_info"].rss == 0:
            continue
        rows.append(_row(facts, first, time.monotonic() - begun if sample_seconds else 0.0))
    return rows


def _cpu_times() -> dict[int, float]:
    found = {}
    for process in psutil.process_iter(["pid", "cpu_times"]):
        times = process.info["cpu_times"]
        if times:
            found[process.info["pid"]] = times.user + times.system
    return found


def _row(facts: dict[str, object], first: dict[int, float], elapsed: float) -> Row:
    times, created = facts["cpu_times"], float(facts["create_time"] or 0)  # type: ignore[arg-type]
    spent = times.user + times.system if times else 0.0  # type: ignore[attr-defined]
    pid = facts["pid"]
    if elapsed:
        used = spent - first.get(pid, spent)  # type: ignore[call-overload]
        cpu = 100 * used / elapsed
    else:
        cpu = 100 * spent / max(time.time() - created, 0.01)
    memory = facts["memory_info"]
    return {
        "pid": pid,
        "name": facts["name"] or "?",
        "command": " ".join(facts["cmdline"] or []) or f"[{facts['name']}]",  # type: ignore[arg-type]
        "user": facts["username"] or "?",
        "memory": memory.rss if memory else 0,  # type: ignore[attr-defined]
        "cpu": round(max(cpu, 0.0), 1),
        "started": iso(created),
        "parent": facts["ppid"],
    }


def matching(name: str) -> list[psutil.Process]:
    """The live processes called `name`: exactly, else by the program's file name, else by part of the command.

    Looks from outside the sandbox; used where targets must be named before a call runs.
    """
    wanted = name.strip().lower()
    exact, program, part = [], [], []
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or []
        if (process.info["name"] or "").lower() == wanted:
            exact.append(process)
        elif command and command[0].rsplit("/", 1)[-1].lower() == wanted:
            program.append(process)
        elif command and wanted in " ".join(command).lower():
            part.append(process)
    return exact or program or part


def target(process: psutil.Process) -> Target:
    """The identity of a process; NoSuchProcess when it has ended."""
    with process.oneshot():
        return Target(process.pid, process.create_time(), process.name(), process.username())


def targets_of(asked: Asked, verb: str) -> list[Target]:
    """The processes that a call is about, by its name or pid or the rows before; held by pid and start time.

    nlsh itself and what it runs in are never meant by a name. NotUnderstood when nothing names any.
    """
    name, pid = getattr(asked.args, "name", None), getattr(asked.args, "pid", None)
    if pid is not None:
        pids = [pid]
    elif name is not None:
        pids = [process.pid for process in matching(name) if not _ours(process)]
    elif asked.kind == "processes":
        pids = [int(row["pid"]) for row in asked.rows if row.get("pid")]
    else:
        raise NotUnderstood(f"{verb} which process?", "say its name or number")
    targets = []
    for number in dict.fromkeys(pids):
        try:
            targets.append(target(psutil.Process(number)))
        except psutil.NoSuchProcess:
            continue  # ended meanwhile
    return targets


def one_target(asked: Asked, verb: str) -> Target:
    """The one process that is meant; of several of a name the one that started them, else a question."""
    targets = targets_of(asked, verb)
    name = getattr(asked.args, "name", None) or getattr(asked.args, "pid", None) or "that"
    if not targets:
        raise ToolFailed(f"there is no process {name}", "list the processes to see them", "no_process")
    if len(targets) > 1:
        pids = {goal.pid for goal in targets}
        roots = [
            goal
            for goal in targets
            if psutil.pid_exists(goal.pid) and psutil.Process(goal.pid).ppid() not in pids
        ]
        if len(roots) != 1:
            listed = ", ".join(str(goal.pid) for goal in targets[:9])
            raise NotUnderstood(f"which {name} do you mean: {listed}?", "say its number", code="ambiguous")
        return roots[0]
    return targets[0]


def _ours(process: psutil.Process) -> bool:
    """nlsh itself, its sandbox helper, and what it runs in: never meant by a name."""
    family = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return process.pid in family or "nlsh.sandbox.zygote" in " ".join(process.info["cmdline"] or [])
