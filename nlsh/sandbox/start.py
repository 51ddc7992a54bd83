"""Starts the zygote: as early as a way in knows that it will be needed, before anything heavy is imported.

On two cores the zygote then imports its tools while the shell imports itself and loads the model.
"""

import socket
import subprocess
import sys
from pathlib import Path

_START = "import sys; sys.path.insert(0, {root!r}); from nlsh.sandbox.zygote import main; main({fd})"
Started = tuple["subprocess.Popen[bytes]", socket.socket]
_waiting: list[Started] = []


def begin() -> None:
    """Start one now, for whoever calls `take` first. It ends with this process."""
    _waiting.append(_start())


def take() -> Started:
    """The process and the channel to it: the one that was begun, or a new one."""
    return _waiting.pop() if _waiting else _start()


def _start() -> Started:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(root=root, fd=theirs.fileno())],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"}, pass_fds=(theirs.fileno(),), start_new_session=True, cwd="/",
    )  # fmt: skip
    theirs.close()
    return process, ours
