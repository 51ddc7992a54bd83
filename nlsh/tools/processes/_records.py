"""Process records as every process tool shows them."""

import time

import psutil

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
