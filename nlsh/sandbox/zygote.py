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
from typing import Any

ORDER_LIMIT_BYTES = 1 << 17
MAX_FDS = 250


def main(fd: int) -> None:
    """Serve until the shell goes away."""
    channel = socket.socket(fileno=fd)
    os.environ.clear()
    time.tzset()
    time.localtime()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from nlsh.sandbox import child, probe, seccomp
    from nlsh.tool import all_tools

    child.main_guard()
    found, why = probe.level()
    channel.send(json.dumps({"level": found, "why": why}).encode())
    for _ in all_tools():
        pass  # importing is the point: nothing can be imported once the walls stand
    for metadata in (False, True):
        seccomp.for_tool(metadata=metadata)  # built once here, every child has them
    gc.collect()
    gc.freeze()
    _serve(channel)


def _serve(channel: socket.socket) -> None:
    children: dict[int, int] = {}  # pidfd → pid
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
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
