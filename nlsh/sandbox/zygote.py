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
from typing import Any

ORDER_LIMIT_BYTES = 1 << 17
MAX_FDS = 250
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
    from nlsh.sandbox import seccomp
    from nlsh.tool import find_tool, tool_names

    for metadata in (False, True):
        seccomp.for_tool(metadata=metadata)  # built once here, every child has them
        yield
    for name in tool_names():
        find_tool(name)
        yield
    gc.collect()
    gc.freeze()


def _serve(channel: socket.socket, preparation: Iterator[None]) -> None:
    """Fork a child for each order; what time is left over goes into `preparation`."""
    idle = True
    children: dict[int, int] = {}  # pidfd → pid
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    while True:
        events = poll.poll(0 if idle else None)
        if not events:
            idle = next(preparation, _OVER) is not _OVER
        for ready, _ in events:
            if ready == channel.fileno():
                data, fds, _, _ = socket.recv_fds(channel, ORDER_LIMIT_BYTES, MAX_FDS)
                if not data:
                    return
                pid = _start(json.loads(data), fds)
                pidfd = os.pidfd_open(pid)
                children[pidfd] = pid
                poll.register(pidfd, select.POLLIN)
                socket.send_fds(channel, [json.dumps({"pid": pid}).encode()], [pidfd])
            else:
                poll.unregister(ready)
                os.waitpid(children.pop(ready), 0)
                os.close(ready)


def _start(order: dict[str, Any], fds: list[int]) -> int:
    from nlsh.sandbox import child
    from nlsh.sandbox.confinement import from_dict

    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            confinement = from_dict(order["confinement"])
            count = 1 + len(confinement.reads) + len(confinement.writes)
            if len(fds) == count + confinement.signals + bool(confinement.terminal):
                connection = socket.socket(fileno=fds[0])
                status = child.live(confinement, connection, fds[1:count], fds[count:], parent)
        finally:
            os._exit(status)
    for fd in fds:
        os.close(fd)
    return pid
