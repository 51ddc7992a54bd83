"""Process records as every process tool shows them."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psutil

from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked
from nlsh.tools.files._records import iso
from nlsh.turn import Row, Target

_STATES = {"R": "running", "T": "stopped", "t": "stopped", "Z": "zombie"}
_TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def processes(sample_seconds: float = 0.0) -> list[Row]:
    """One row per process; `cpu` is percent of one core over the sample, or since the start without one.

    Kernel threads and processes that vanish meanwhile are left out. Read from /proc itself
    (proc_pid_stat(5)), two files a process: with thousands of them a library's objects cost more than the kernel.
    """
    before: dict[int, float] = {}
    begun = time.monotonic()
    if sample_seconds:
        before = {pid: (int(stat[11]) + int(stat[12])) / _TICK for pid in _pids() if (stat := _stat(pid)[1])}
        time.sleep(max(0.0, sample_seconds - (time.monotonic() - begun)))
    elapsed = time.monotonic() - begun
    booted, now, users = psutil.boot_time(), time.time(), _Users()
    rows = []
    for pid in _pids():
        row = _row(pid, before if sample_seconds else None, elapsed, booted, now, users)
        if row is not None:
            rows.append(row)
    return rows


class _Users(dict[int, str]):
    """Names of users by number, each looked up once."""

    def __missing__(self, uid: int) -> str:
        import pwd

        try:
            self[uid] = pwd.getpwuid(uid).pw_name
        except KeyError:
            self[uid] = str(uid)
        return self[uid]


def _pids() -> list[int]:
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def _stat(pid: int) -> tuple[str, list[str]]:
    """The name of a process and the fields of its stat file from the state on; nothing when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as reader:
            said = reader.read().decode("utf-8", "surrogateescape")
    except OSError:
        return "", []
    head, _, tail = said.rpartition(")")
    return head.partition("(")[2], tail.split()


def _row(
    pid: int, before: dict[int, float] | None, elapsed: float, booted: float, now: float, users: _Users
) -> Row | None:
    name, stat = _stat(pid)
    if not stat:
        return None
    try:
        with open(f"/proc/{pid}/cmdline", "rb", buffering=0) as reader:
            command = reader.read().rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "surrogateescape")
        user = users[os.stat(f"/proc/{pid}").st_uid]
    except OSError:
        return None
    memory = int(stat[21]) * _PAGE
    if not command and memory == 0 and stat[0] != "Z":
        return None  # a kernel thread
    spent, started = (int(stat[11]) + int(stat[12])) / _TICK, booted + int(stat[19]) / _TICK
    if len(name) == 15 and command:
        whole = os.path.basename(command.split(" ")[0])  # the kernel cuts names at 15 bytes
        name = whole if whole.startswith(name) else name
    if before is None:
        cpu = 100 * spent / max(now - started, 0.01)
    else:
        cpu = 100 * (spent - before.get(pid, spent)) / max(elapsed, 0.01)
    return {
        "pid": pid, "name": name, "command": command or f"[{name}]", "user": user, "memory": memory,
        "cpu": round(max(cpu, 0.0), 1), "started": iso(started), "parent": int(stat[1]), "state": _STATES.get(stat[0], "sleeping"),
    }  # fmt: skip


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
    name, pid, job = (getattr(asked.args, which, None) for which in ("name", "pid", "job"))
    if job is not None:
        pids = [_of_job(job)]
    elif pid is not None:
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


def still(targets: Sequence[Target], look: Callable[[psutil.Process], Any]) -> list[tuple[Target, Any]]:
    """Each target with what `look` finds of it; those that have ended meanwhile are left out."""
    found = []
    for goal in targets:
        with suppress(psutil.NoSuchProcess):
            found.append((goal, look(psutil.Process(goal.pid))))
    return found


def _of_job(number: int) -> int:
    from nlsh import jobs

    found = next((record for record in jobs.jobs() if record["job"] == number), None)
    if found is None:
        raise ToolFailed(f"there is no job {number}", "list the jobs to see them", "no_job")
    if found["pid"] is None:
        raise ToolFailed(f"job {number} has ended already", "", "no_process")
    return int(found["pid"])


def one_target(asked: Asked, verb: str) -> Target:
    """The one process that is meant; of several of a name the one that started them, else a question."""
    targets = targets_of(asked, verb)
    name = getattr(asked.args, "name", None) or getattr(asked.args, "pid", None) or "that"
    if not targets:
        raise ToolFailed(f"there is no process {name}", "list the processes to see them", "no_process")
    if len(targets) > 1:
        pids = {goal.pid for goal in targets}
        roots = [goal for goal, parent in still(targets, psutil.Process.ppid) if parent not in pids]
        if len(roots) != 1:
            listed = ", ".join(str(goal.pid) for goal in targets[:9])
            raise NotUnderstood(f"which {name} do you mean: {listed}?", "say its number", code="ambiguous")
        return roots[0]
    return targets[0]


def _ours(process: psutil.Process) -> bool:
    """nlsh itself, its sandbox helper, and what it runs in: never meant by a name."""
    family = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return process.pid in family or "nlsh.sandbox.zygote" in " ".join(process.info["cmdline"] or [])
