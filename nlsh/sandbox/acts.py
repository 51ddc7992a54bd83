"""Brokered acts: what changes something that is no file, done by the shell after policy and a yes.

A closed list with fixed arguments. A child has no system call for these, or would need a
right that no tool should hold: another process's priority, the service manager, the
crontab, mounting, the owner of a file, the desktop. Each act fails when it did not take hold.
"""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import psutil

from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.sandbox import programs


def perform(change: Change) -> dict[str, Any]:
    """Do one brokered act; facts for the tool. ToolFailed with the reason when it cannot be done."""
    wanted = json.loads(change.text or "{}")
    name = wanted.pop("act")
    try:
        return {"act": ACTS[name](**wanted)}
    except OSError as error:
        raise ToolFailed(f"{change.path}: {(error.strerror or str(error)).lower()}", "", "act") from error
    except psutil.NoSuchProcess as error:
        raise ToolFailed(f"{change.path} has ended", "", "no_process") from error
    except psutil.AccessDenied as error:
        raise ToolFailed(f"{change.path}: that needs rights that you do not have", "", "denied") from error


def _same(pid: int, started: float) -> psutil.Process:
    process = psutil.Process(pid)
    if process.create_time() != started:
        raise psutil.NoSuchProcess(pid)
    return process


def _priority(pid: int, started: float, nice: int) -> int:
    process = _same(pid, started)
    process.nice(nice)
    return int(process.nice())


def _affinity(pid: int, started: float, cores: list[int]) -> list[int]:
    process = _same(pid, started)
    process.cpu_affinity(cores)
    return list(process.cpu_affinity() or [])


def _service(action: str, unit: str) -> str:
    if action not in ("start", "stop", "restart", "enable", "disable"):
        raise ToolFailed(f"'{action}' is nothing that a service can do")
    if programs.program("systemctl", "--no-ask-password", action, "--", unit) is None:
        raise ToolFailed("this system has no service manager (systemd)", "", "no_services")
    return action


def _crontab(text: str, was: str) -> str:
    if (programs.crontab("") or "") != was:
        raise ToolFailed(
            "the crontab has been changed meanwhile", "look at it again and repeat it", "moved_on"
        )
    if programs.program("crontab", "-", given=text) is None:
        raise ToolFailed("this system has no cron", "", "no_cron")
    if (programs.program("crontab", "-l") or "") != text:
        raise ToolFailed("the crontab did not become what it should", "", "act")
    return text


def _mount(action: str, device: str) -> str:
    options = {
        "mount": ("mount", "-b", device),
        "unmount": ("unmount", "-b", device),
        "eject": ("power-off", "-b", device),
    }[action]
    said = programs.program("udisksctl", *options, "--no-user-interaction")
    if said is None:
        raise ToolFailed(
            "this system has no disk service (udisks)", "mount it yourself: ! mount", "no_udisks"
        )
    return said.strip()


def _owner(path: str, inode: list[int], uid: int, gid: int) -> int:
    fd = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(fd)
        if [status.st_dev, status.st_ino] != inode:
            raise ToolFailed(
                f"{path} is not what it was when you were asked", "look again", "changed_meanwhile"
            )
        os.chown(f"/proc/self/fd/{fd}", uid, gid)
    finally:
        os.close(fd)
    return uid


def _open(path: str) -> str:
    opener = next(
        (p for p in (os.path.join(f, "xdg-open") for f in programs.PROGRAM_FOLDERS) if os.access(p, os.X_OK)),
        None,
    )
    if opener is None or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ToolFailed(
            "there is no desktop here to open it with",
            "read it instead, or open it with ! and a program",
            "no_desktop",
        )
    subprocess.Popen(
        [opener, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    return path


ACTS: dict[str, Callable[..., Any]] = {
    "priority": _priority, "affinity": _affinity, "service": _service, "crontab": _crontab, "mount": _mount,
    "owner": _owner, "open": _open,
}  # fmt: skip
