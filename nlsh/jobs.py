"""What is written down of commands in the background: by their reapers (sandbox/job.py), for whoever asks."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from nlsh.config import folders
from nlsh.errors import ToolFailed

SHOWN_BYTES = 1024 * 1024


def folder() -> Path:
    """Where jobs are written down: in nlsh's own state, which no tool may see."""
    return folders().state / "jobs"


def started(pid: int) -> str:
    """When a process began, in clock ticks since the machine did; "" when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as reader:
            return reader.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def record(place: Path) -> dict[str, Any]:
    """The job that is written down at `place`; empty when it cannot be read."""
    try:
        kept: dict[str, Any] = json.loads((place / "job.json").read_text("ascii"))
        text = (place / "status").read_text("ascii")
        ended = json.loads(text) if text else {}
    except (OSError, ValueError):
        return {}
    alive = bool(kept["started"]) and started(kept["pid"]) == kept["started"]
    state = (
        "running"
        if alive and not ended
        else "done"
        if ended.get("status") == 0
        else "failed"
        if ended
        else "stopped"
    )
    row = {
        "job": int(place.name),
        "state": state,
        "command": kept["command"],
        "folder": kept["cwd"],
        "begun": kept["begun"],
    }
    return row | {
        "pid": kept["pid"] if state == "running" else None,
        "status": ended.get("status"),
        "ended": ended.get("ended"),
    }


def jobs() -> list[dict[str, Any]]:
    """Every job that is remembered, the oldest first."""
    try:
        places = sorted((p for p in folder().iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
    except OSError:
        return []
    return [found for place in places if (found := record(place))]


def log_of(identity: str) -> str:
    """The end of a job's output; of the latest job when none is named."""
    known = jobs()
    if not known:
        raise ToolFailed("there are no jobs", "say: run make in the background", "no_job")
    number = int(identity) if identity else known[-1]["job"]
    if number not in [job["job"] for job in known]:
        raise ToolFailed(f"there is no job {number}", "list the jobs to see them", "no_job")
    with open(folder() / str(number) / "log", "rb") as reader:
        size = os.fstat(reader.fileno()).st_size
        reader.seek(max(0, size - SHOWN_BYTES))
        return reader.read().decode("utf-8", "replace")


def forget(place: Path) -> None:
    """Remove what is written down of an ended job."""
    if record(place).get("state") == "running":
        return
    for name in ("job.json", "log", "status"):
        with contextlib.suppress(OSError):
            (place / name).unlink()
    with contextlib.suppress(OSError):
        place.rmdir()
