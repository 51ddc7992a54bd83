"""The background process: it has imported everything and loaded the model, and forks a worker for each request.

A worker is a process of its own that becomes what the asking one would have been: its descriptors,
folder, environment and mask. So nothing of one request reaches another, and what a plan runs is
confined as ever. The sandbox's helper holds nothing of a request either, and serves the next when
a worker has ended as it should; one whose worker was killed is ended, and its calls with it.
"""

import fcntl
import gc
import io
import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module

from nlsh.agent.embedded import EmbeddedPlanner
from nlsh.assembly import LOADED
from nlsh.config import shipped_model
from nlsh.sandbox import start
from nlsh.turn import Utterance
from nlsh.warm import place
from nlsh.warm.client import peer

IDLE_MINUTES = 60
HELPERS = 4  # how many are kept ready at most
# What a turn needs and imports only when it comes to it.
_NEEDED = """nlsh.agent.consent nlsh.agent.manners nlsh.answers nlsh.asking nlsh.assembly nlsh.cli nlsh.document nlsh.memory.audit
nlsh.memory.journal nlsh.memory.store nlsh.render nlsh.sandbox.acts nlsh.sandbox.broker nlsh.sandbox.client nlsh.sandbox.terminal
nlsh.tools.files._records nlsh.trash psutil rich.table rich.text traceback""".split()


class Server:
    """Takes requests on a socket until nobody has come for a while."""

    def __init__(self, listening: socket.socket, idle_minutes: float) -> None:
        self._listening, self._patience = listening, idle_minutes * 60
        self._helpers: list[start.Started] = []
        self._workers: dict[int, tuple[int, start.Started | None]] = {}  # pidfd → pid, its helper
        self._print = place.fingerprint()
        self._last = time.monotonic()

    def serve(self) -> None:
        """Until it has been idle for long, or is told to end."""
        while self._workers or time.monotonic() - self._last < self._patience:
            self._restock()
            poll = select.poll()
            coming = {helper.channel.fileno(): helper for helper in self._helpers if helper.hello is None}
            for fd in (self._listening.fileno(), *self._workers, *coming):
                poll.register(fd, select.POLLIN)
            for ready, _ in poll.poll(10_000):
                if ready == self._listening.fileno():
                    self._take()
                elif ready in coming:
                    self._came_up(coming[ready])
                else:
                    self._ended(ready)

    def _restock(self) -> None:
        """Have a helper at hand, or one on its way."""
        if not self._helpers:
            self._helpers.append(start.new())

    def _came_up(self, helper: start.Started) -> None:
        """Hear what a new helper says of this kernel, once for all the workers that it will serve."""
        helper.hello = helper.channel.recv(65536)
        if (
            not helper.hello and helper in self._helpers
        ):  # it did not come up; a worker will say so to its user
            self._helpers.remove(helper)
            _end(helper)

    def _take(self) -> None:
        with suppress(OSError):
            connection, _ = self._listening.accept()
            with connection:
                self._last = time.monotonic()
                ready = next((helper for helper in self._helpers if helper.hello), None)
                helper = ready or (self._helpers[0] if self._helpers else None)
                if helper is not None:
                    self._helpers.remove(helper)
                try:
                    pid = os.fork()
                except OSError:  # no room for another process: whoever asked hears nothing, and does it alone
                    self._helpers += [helper] if helper is not None else []
                    return
                if pid == 0:
                    self._work(connection, helper)
                self._workers[os.pidfd_open(pid)] = (pid, helper)

    def _work(self, connection: socket.socket, helper: start.Started | None) -> None:
        """The worker's whole life."""
        status = 1
        try:
            for fd in self._workers:
                os.close(fd)
            self._listening.close()
            if helper is not None:
                start.lend(helper)
            status = _answer(connection, self._print)
        finally:
            os._exit(status)

    def _ended(self, pidfd: int) -> None:
        pid, helper = self._workers.pop(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        self._last = time.monotonic()
        if helper is None:
            return
        if status == 0 and helper.hello and len(self._helpers) < HELPERS and helper.process.poll() is None:
            self._helpers.append(helper)
        else:
            _end(helper)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _STALE:
            self._patience = 0.0


def _end(helper: start.Started) -> None:
    """End a helper; its children end with it."""
    helper.process.kill()
    helper.process.wait()
    helper.channel.close()


_STALE = 7  # a worker's exit status: the program has been replaced since this process began


def _answer(connection: socket.socket, own: str) -> int:
    """Read the request, become what asked, do it, say the exit code."""
    if peer(connection)[1] != os.getuid():
        return 0
    connection.settimeout(5.0)
    data, fds, _, _ = socket.recv_fds(connection, 1 << 18, 8)
    fields = data.split(b"\0")
    if len(fds) != 4 or len(fields) < 6:
        return 0
    asking, mask, *how, count = (os.fsdecode(field) for field in fields[:6])
    if asking != own:
        connection.send(b"no")
        replaced = (
            asking.split("\n")[:2] == own.split("\n")[:2] and asking.split("\n")[2:8] != own.split("\n")[2:8]
        )
        return _STALE if replaced else 0
    words = 6 + int(count)
    arguments = [os.fsdecode(word) for word in fields[6:words]]
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _become(fds, mask, how, [field.partition(b"=") for field in fields[words:]])
    connection.send(str(os.getpid()).encode())
    if connection.recv(8) != b"go":
        return 0  # whoever asked has lost patience, and does it without us
    connection.setblocking(True)
    done = threading.Event()
    threading.Thread(target=_mind, args=(connection, done), daemon=True).start()

    from nlsh.cli import main

    code = main(arguments)
    done.set()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    with suppress(OSError):  # whoever asked has gone meanwhile
        connection.send(str(code).encode())
    return 0


def _mind(connection: socket.socket, done: threading.Event) -> None:
    """Stop the work, as Ctrl-C does, when whoever asked has gone."""
    with suppress(OSError):
        connection.recv(1)
    if not done.is_set():
        os.kill(os.getpid(), signal.SIGINT)


def _become(fds: list[int], mask: str, how: list[str], environment: list[tuple[bytes, bytes, bytes]]) -> None:
    """Take over the descriptors, folder, environment and mask of what asked."""
    os.fchdir(fds[3])
    for target, fd in enumerate(fds[:3]):
        os.dup2(fd, target)
    for fd in fds:
        os.close(fd)
    os.umask(int(mask))
    os.environb.clear()
    os.environb.update({name: value for name, _, value in environment if name})
    time.tzset()
    kept = []
    for fd, (mode, spoken) in enumerate(zip(("rb", "wb", "wb"), how, strict=True)):
        encoding, errors = spoken.split(" ")
        raw = open(fd, mode, closefd=False)
        kept.append(io.TextIOWrapper(raw, encoding, errors, line_buffering=fd == 2 or os.isatty(fd)))
    sys.stdin, sys.stdout, sys.stderr = kept


def _listen(path: str) -> socket.socket | None:
    """The socket, or None where another one is served already."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    lock = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held until this process ends
    except OSError:
        return None
    with suppress(FileNotFoundError):
        os.unlink(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    os.umask(0o177)
    listening.bind(path)
    os.umask(0o022)
    listening.listen(16)
    return listening


def main() -> None:
    """Load everything, listen, serve, leave nothing behind."""
    path = place.address()
    for name in _NEEDED:
        import_module(name)
    planner = EmbeddedPlanner(shipped_model())
    planner.plan(Utterance("what is here", "/", time.time()), (), "none")
    LOADED[shipped_model()] = planner
    listening = _listen(path)
    if listening is None:
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    try:
        Server(listening, float(os.environ.get("NLSH_IDLE_MINUTES", IDLE_MINUTES))).serve()
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


if __name__ == "__main__":
    main()
