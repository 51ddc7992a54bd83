"""The process that calls are forked from: started clean and early, one thread, no secrets.

It holds no environment, no descriptor of the shell's and no model; it only imports the
tools, takes orders from the shell over one socket, and forks one child per order.
"""

import gc
import json
import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

_OVER = object()


def main(fd: int) -> None:
    """Serve until the shell goes away."""
    channel = socket.socket(fileno=fd)
    os.environ.clear()
    time.tzset()
    time.localtime()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from nlsh.sandbox import child, probe
    from nlsh.tool import tool_names

    child.main_guard()
    tool_names()  # a look at the folder of tools, which no child can take
    found, why = probe.level()
    channel.send(json.dumps({"level": found, "why": why}).encode())
    _serve(channel, _preparation())


def _preparation() -> Iterator[None]:
    """What makes later calls quicker, a piece at a time: a child imports what it needs by itself until then."""
    from nlsh.sandbox import child, seccomp
    from nlsh.tool import find_tool, tool_names

    seccomp.for_program()
    for tier, metadata in ((1, False), (2, False), (2, True)):
        child.tool_filter(tier, metadata=metadata)  # built once here, every child has them
        yield
    for name in tool_names():
        find_tool(name)
        yield
    gc.collect()
    gc.freeze()


class _Spare:
    """A child forked before there is an order for it: the fork costs the next call nothing."""

    def __init__(self) -> None:
        from nlsh.sandbox import child

        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                status = child.wait_for_order(theirs, parent)
            finally:
                os._exit(status)
        theirs.close()
        self.pidfd = os.pidfd_open(self.pid)

    def order(self, data: bytes, fds: list[int]) -> None:
        """Let it live its one call. One that has ended meanwhile says nothing, which ends the call."""
        with suppress(OSError):
            socket.send_fds(self.channel, [data], fds)
        self.channel.close()


def _serve(channel: socket.socket, preparation: Iterator[None]) -> None:
    """A child for each order; what time is left over goes into `preparation`, then into the next child."""
    from nlsh.sandbox.child import MAX_FDS, ORDER_LIMIT_BYTES

    idle, spare, wanted = True, None, True
    children: dict[int, int] = {}  # pidfd → pid
    poll = select.poll()
    poll.register(channel, select.POLLIN)

    def forked() -> _Spare:
        child = _Spare()
        children[child.pidfd] = child.pid
        poll.register(child.pidfd, select.POLLIN)
        return child

    while True:
        events = poll.poll(0 if idle or wanted else None)
        if not events and idle:
            idle = next(preparation, _OVER) is not _OVER
        elif not events:
            wanted = False
            with suppress(OSError):  # no room for another process: the next order will see
                spare = forked()
        for ready, _ in events:
            if ready == channel.fileno():
                data, fds, _, _ = socket.recv_fds(channel, ORDER_LIMIT_BYTES, MAX_FDS)
                if not data:
                    return
                child, spare, wanted = spare or forked(), None, True
                child.order(data, fds)
                for fd in fds:
                    os.close(fd)
                socket.send_fds(channel, [json.dumps({"pid": child.pid}).encode()], [child.pidfd])
            else:
                poll.unregister(ready)
                os.waitpid(children.pop(ready), 0)
                os.close(ready)
                if spare is not None and spare.pidfd == ready:
                    spare = None  # the next order gets a fresh one
