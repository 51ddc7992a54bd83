"""Asks the background process, if there is one, to do what the command line says.

It is given the four descriptors that a command has (input, output, errors, current folder), the
arguments and the environment, and does the work in a child of its own; what comes back is
the exit code. Whatever does not fit, is not there or is too large is done here, as without it.
"""

import os
import signal
import socket
import struct
import sys
from collections.abc import Sequence

from nlsh.warm import place

PATIENCE_SECONDS = 2.0  # until the work is taken up
LARGEST = 150_000  # bytes of a request
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH, signal.SIGCONT)


def offer(args: Sequence[str]) -> int | None:
    """The exit code of `nlsh` with these arguments, done by the background process; None where it did not."""
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        connection.connect(place.address())
    except OSError:
        return None
    with connection:
        try:
            if peer(connection)[1] != os.getuid():
                return None
            connection.settimeout(PATIENCE_SECONDS)
            request = _request(args)
            if len(request) > LARGEST:
                return None
            here = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            socket.send_fds(connection, [request], [0, 1, 2, here])
            os.close(here)
            taken = connection.recv(64)
            if not taken.isdigit():
                return None
            connection.send(b"go")  # whoever has lost patience does not say so, and nothing is done twice
        except OSError:
            return None  # a closed stream, a folder that is gone, nobody who answers
        return _wait(connection, int(taken))


def peer(connection: socket.socket) -> tuple[int, int]:
    """The process and the user at the other end (SO_PEERCRED, unix(7))."""
    pid, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return pid, uid


def _request(args: Sequence[str]) -> bytes:
    mask = os.umask(0o077)
    os.umask(mask)
    how = [f"{stream.encoding} {stream.errors}" for stream in (sys.stdin, sys.stdout, sys.stderr)]
    said = [place.fingerprint(), str(mask), *how, str(len(args)), *args]
    return b"\0".join([*map(os.fsencode, said), *(k + b"=" + v for k, v in os.environb.items())])


def _wait(connection: socket.socket, worker: int) -> int:
    """Wait for the exit code, and hand on the signals that reach this process meanwhile."""

    def forward(number: int, _: object) -> None:
        try:
            os.kill(worker, number)
        except ProcessLookupError:
            pass  # it has just ended, and its code is on its way

    def stop(number: int, _: object) -> None:
        os.kill(worker, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)

    for number in _FORWARDED:
        signal.signal(number, forward)
    signal.signal(signal.SIGTSTP, stop)
    connection.settimeout(None)
    try:
        code = connection.recv(64)
    except OSError:
        code = b""
    if code.isdigit():
        return int(code)
    sys.stderr.write(
        "nlsh: the background process ended before the work was done\nnlsh:   nlsh daemon status says more\n"
    )
    return 1
