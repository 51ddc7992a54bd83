"""What programs of the system tell: services and their logs, timers, the crontab.

They are run from the system's folders alone, with fixed options, without a shell, without
the user's environment but for what finds the session bus, for ten seconds at most.
"""

import contextlib
import json
import os
import subprocess
from typing import Any

from nlsh.errors import ToolFailed

PROGRAM_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin")
PROGRAM_SECONDS = 10.0
OUTPUT_LIMIT = 8 * 1024 * 1024


def program(name: str, *options: str, given: str | None = None) -> str | None:
    """What a program of the system prints; None where there is no such program. ToolFailed when it fails."""
    places = (os.path.join(folder, name) for folder in PROGRAM_FOLDERS)
    path = next((place for place in places if os.access(place, os.X_OK)), None)
    if path is None:
        return None
    environment = {"PATH": ":".join(PROGRAM_FOLDERS), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    for kept in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "HOME"):
        if kept in os.environ:
            environment[kept] = os.environ[kept]
    try:
        done = subprocess.run(
            [path, *options], input=given, stdin=subprocess.DEVNULL if given is None else None, capture_output=True,
            timeout=PROGRAM_SECONDS, env=environment, cwd="/", text=True, errors="replace", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"{name} did not answer in {PROGRAM_SECONDS:.0f} seconds") from error
    if done.returncode != 0 and not done.stdout:
        if "not been booted with systemd" in done.stderr or "No journal files were found" in done.stderr:
            return None  # the program is there, what it speaks to is not
        said = (done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"])[0]
        raise ToolFailed(f"{name}: {said[:200]}", "", "program")
    return done.stdout[:OUTPUT_LIMIT]


def units(_: str) -> list[dict[str, str]] | None:
    """Every service of systemd with its state; None where systemd does not run."""
    said = program(
        "systemctl", "list-units", "--type=service", "--all", "--no-pager", "--no-legend", "--plain"
    )
    if said is None:
        return None
    rows = []
    for line in said.splitlines():
        parts = line.split(None, 4)
        if len(parts) >= 4:
            rows.append(
                {
                    "service": parts[0].removesuffix(".service"),
                    "state": parts[2],
                    "detail": parts[3],
                    "description": parts[4] if len(parts) > 4 else "",
                }
            )
    return rows


def unit(name: str) -> dict[str, str] | None:
    """systemd's properties of one unit (systemctl show); None where systemd does not run."""
    said = program(
        "systemctl",
        "show",
        "--no-pager",
        "--property=Id,Description,LoadState,ActiveState,SubState,UnitFileState,MainPID,MemoryCurrent,ActiveEnterTimestamp",
        "--",
        name,
    )
    return None if said is None else dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def unit_log(argument: str) -> list[dict[str, Any]] | None:
    """The last messages of a unit; the argument is its name, a space, and how many."""
    name, _, count = argument.rpartition(" ")
    return _journal(
        program("journalctl", "--no-pager", "--output=json", f"--lines={int(count)}", f"--unit={name}")
    )


def system_log(argument: str) -> list[dict[str, Any]] | None:
    """The journal's last messages; the argument is JSON with `count`, and perhaps `level` and `since` (epoch seconds)."""
    wanted = json.loads(argument)
    options = ["--no-pager", "--output=json", f"--lines={int(wanted['count'])}"]
    if wanted.get("level"):
        options.append(f"--priority={wanted['level']}")
    if wanted.get("since"):
        options.append(f"--since=@{int(wanted['since'])}")
    return _journal(program("journalctl", *options))


def _journal(said: str | None) -> list[dict[str, Any]] | None:
    if said is None:
        return None
    rows = []
    for line in said.splitlines():
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            stamp = int(entry.get("__REALTIME_TIMESTAMP", 0)) / 1e6
            rows.append(
                {
                    "time": stamp,
                    "source": str(entry.get("SYSLOG_IDENTIFIER") or entry.get("_COMM") or ""),
                    "level": str(entry.get("PRIORITY", "")),
                    "text": str(entry.get("MESSAGE", ""))[:2000],
                }
            )
    return rows


def boots(_: str) -> list[dict[str, Any]] | None:
    """The boots that the journal knows; None where there is none."""
    try:
        said = program("journalctl", "--no-pager", "--list-boots", "--output=json")
        return None if said is None else list(json.loads(said))
    except (ToolFailed, ValueError):
        return None  # no journal is kept


def crontab(_: str) -> str | None:
    """The user's crontab, "" when there is none yet; None where cron is not installed."""
    try:
        return program("crontab", "-l")
    except ToolFailed as error:
        if "no crontab" in error.message:
            return ""
        raise
