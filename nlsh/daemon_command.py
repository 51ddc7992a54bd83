"""`nlsh daemon`: start, look at and stop the process in the background that makes `nlsh -c` quick."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer

from nlsh.commands import Json, app, emit
from nlsh.errors import ToolFailed, UsageError
from nlsh.render import Screen
from nlsh.values.sizes import show_size
from nlsh.warm import client, place

START_SECONDS = 30.0
_KEPT = ("HOME", "PATH", "LANG", "LC_ALL", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "NLSH_IDLE_MINUTES")
_START = "import sys; sys.path.insert(0, {root!r}); from nlsh.daemon import main; main()"


@app.command()
def daemon(
    what: Annotated[str, typer.Argument(help="start, status or stop.")] = "status",
    json: Json = False,
) -> None:
    """A process in the background that keeps everything loaded, so that `nlsh -c` answers at once. It ends when idle for an hour."""
    screen = Screen()
    pid = _running()
    if what == "start":
        if pid is None:
            pid = _start()
        screen.write(f"ready, process {pid}; nlsh -c uses it from now on")
    elif what == "stop":
        if pid is None:
            screen.write("none is running")
            return
        os.kill(pid, signal.SIGTERM)
        screen.write(f"process {pid} was told to end")
    elif what == "status":
        found = _status(pid)
        if json:
            emit(found)
        elif pid is None:
            screen.write("none is running; nlsh daemon start starts one")
        else:
            screen.write(
                f"process {pid}, {show_size(found['memory'])} of memory, listens at {found['address']}"
            )
    else:
        raise UsageError(f"daemon does not know '{what}'", "there are: start, status, stop")


def _status(pid: int | None) -> dict[str, Any]:
    if pid is None:
        return {"running": False}
    process = psutil.Process(pid)
    return {
        "running": True, "pid": pid, "memory": process.memory_info().rss, "started": process.create_time(), "address": place.address(),
    }  # fmt: skip


def _running() -> int | None:
    """The process that listens at the address, if it is this user's own."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        try:
            connection.connect(place.address())
        except OSError:
            return None
        pid, uid = client.peer(connection)
    return pid if uid == os.getuid() else None


def _start() -> int:
    """Start one and wait until it listens; its pid."""
    if len(os.fsencode(place.address())) > 107:
        raise ToolFailed(
            f"{place.address()} is too long for a socket", "set XDG_RUNTIME_DIR to a shorter path"
        )
    root = str(Path(__file__).resolve().parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", _START.format(root=root)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ}, start_new_session=True, cwd="/",
    )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (pid := _running()) is not None:
            return pid
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            break
    raise ToolFailed("the background process did not come up", "nlsh works without it; nlsh doctor says more")
