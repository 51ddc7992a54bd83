"""Starts the zygote: as early as a way in knows that it will be needed, before anything heavy is imported.

On two cores the zygote then imports its tools while the shell imports itself and loads the model.
"""

import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_START = "import sys; sys.path.insert(0, {root!r}); from nlsh.sandbox.zygote import main; main({fd})"


@dataclass(slots=True)
class Started:
    """A zygote: its process, the channel to it, what it said when it came up, and whether another process will go on with it."""

    process: "subprocess.Popen[bytes]"
    channel: socket.socket
    hello: bytes | None = None
    lent: bool = False


_waiting: list[Started] = []


def begin() -> None:
    """Start one now, for whoever calls `take` first. It ends with this process."""
    if not _waiting:
        _waiting.append(new())


def lend(started: Started) -> None:
    """Let whoever calls `take` first have one that belongs to the parent of this process."""
    started.lent = True
    _waiting.append(started)


def take() -> Started:
    """The one that was begun or lent, or a new one."""
    return _waiting.pop() if _waiting else new()


def new() -> Started:
    """One that is coming up."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(root=root, fd=theirs.fileno())],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"}, pass_fds=(theirs.fileno(),), start_new_session=True, cwd="/",
    )  # fmt: skip
    theirs.close()
    return Started(process, ours)
