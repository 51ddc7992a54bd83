"""What the child of one call does: read its orders, build its walls, run its tool, answer, end.

Everything before the walls stand is this file and the modules that it names; a failure
while building them ends the call, it never runs with less.
"""

import gc
import json
import os
import signal
import socket
import struct
import sys
from importlib import import_module
from typing import Any

from nlsh import changes
from nlsh.errors import NlshError
from nlsh.protected import is_within
from nlsh.sandbox import kernel, landlock, limits, namespaces, seccomp
from nlsh.sandbox.command import captured
from nlsh.sandbox.confinement import Confinement, from_dict
from nlsh.tool import Tool, Work
from nlsh.turn import Effects, Result, Scene, Target

ORDER_LIMIT_BYTES = 1 << 17
MAX_FDS = 250
_ALWAYS_READABLE = ("/etc/localtime", "/usr/share/zoneinfo")


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """One length-prefixed JSON message; undecodable bytes of names survive as lone surrogates."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    connection.sendall(struct.pack("!I", len(body)) + body)


def receive(connection: socket.socket, limit_bytes: int = 1 << 30) -> dict[str, Any] | None:
    """The next message; None at the end of the stream. Truncated or oversized ones raise ValueError."""
    head = _exactly(connection, 4)
    if head is None:
        return None
    (length,) = struct.unpack("!I", head)
    if length > limit_bytes:
        raise ValueError("an oversized message")
    body = _exactly(connection, length)
    if body is None:
        raise ValueError("a truncated message")
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message of the wrong kind")
    return message


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        block = connection.recv(min(length - len(parts), 1 << 20))
        if not block:
            if parts:
                raise ValueError("a truncated message")
            return None
        parts += block
    return bytes(parts)


def wait_for_order(channel: socket.socket, parent: int) -> int:
    """The whole life of the child, from before it has its order; the exit status."""
    os.setsid()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits.close_all_but({channel.fileno()})
    os.umask(0o022)
    gc.disable()  # one call, then the process ends: looking for cycles would cost a walk a third of its time
    data, fds, _, _ = socket.recv_fds(channel, ORDER_LIMIT_BYTES, MAX_FDS)
    channel.close()
    if not data:
        return 0
    confinement = from_dict(json.loads(data)["confinement"])
    count = 1 + len(confinement.reads) + len(confinement.writes)
    if len(fds) != count + confinement.signals + bool(confinement.terminal):
        return 1
    return _live(confinement, socket.socket(fileno=fds[0]), fds[1:count], fds[count:])


def _live(confinement: Confinement, connection: socket.socket, grants: list[int], pidfds: list[int]) -> int:
    orders = receive(connection)
    if orders is None:
        return 1
    terminal = pidfds.pop() if confinement.terminal else None
    facts = orders["facts"] | {"pidfds": pidfds}
    import_module(f"nlsh.tools.{orders['tool']}")  # nothing can be imported once the walls stand
    try:
        if confinement.tier == 3:
            live = (lambda text: send(connection, {"output": text})) if orders["live"] else _unheard
            facts["output"], facts["status"] = captured(confinement, grants, connection, terminal, live)
        else:
            _wall_in(confinement, grants, tuple(pidfds))
        answer = _run_tool(orders, facts, connection)
    except Exception as error:
        answer = {"error": _told(error, confinement)}
    send(connection, answer)
    return 0


def _unheard(_: str) -> None:
    """Nobody listens while the command runs; its output comes with the result."""


def _told(error: Exception, confinement: Confinement) -> dict[str, str]:
    """What ended the call, for the shell: its kind, code, message and hint."""
    if isinstance(error, NlshError):
        return {
            "kind": type(error).__name__,
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
        }
    if isinstance(error, MemoryError):
        return _failed("memory", "the call needed more memory than it may have")
    if isinstance(error, RecursionError):
        return _failed("depth", "the folders are nested too deeply")
    if isinstance(error, OSError):
        where = error.filename if error.filename is not None else ""
        where = os.fsdecode(where) if isinstance(where, bytes) else str(where)
        message = f"{where}: {(error.strerror or str(error)).lower()}" if where else str(error)
        granted = any(is_within(where, path) for path, _ in confinement.paths)
        if isinstance(error, PermissionError) and not granted:
            return {
                "kind": "Refused",
                "code": "sandbox",
                "message": message,
                "hint": "the sandbox forbids it",
            }
        return _failed("failed", message)
    # a bug in a tool: the log gets the trace, the screen one line
    import traceback

    return {"kind": "Bug", "code": "bug", "message": traceback.format_exc(limit=-6), "hint": ""}


def _failed(code: str, message: str) -> dict[str, str]:
    return {"kind": "ToolFailed", "code": code, "message": message, "hint": ""}


def _run_tool(orders: dict[str, Any], facts: dict[str, Any], connection: socket.socket) -> dict[str, Any]:
    tool = import_module(f"nlsh.tools.{orders['tool']}").TOOL
    assert isinstance(tool, Tool)
    work = Work(
        args=tool.args.model_construct(**orders["args"]),
        scene=Scene(**orders["scene"]),
        rows=orders["rows"],
        kind=orders["kind"],
        effects=effects_from(orders["effects"]),
        facts=facts,
        signal=_signal,
        progress=lambda what, done, total: send(connection, {"progress": [what, done, total]}),
    )
    if orders["inspect"]:
        assert tool.inspect is not None
        return {"facts": tool.inspect(work)}
    return {"result": result_record(tool.run(work))}


def result_record(result: Result) -> dict[str, Any]:
    """A result as it travels."""
    return {
        name: getattr(result, name)
        for name in ("kind", "rows", "value", "unit", "text", "notes", "changed", "failure")
    }


def effects_from(record: dict[str, Any]) -> Effects:
    """Effects as they were recorded by the client."""
    return Effects(
        reads=tuple(record["reads"]),
        writes=tuple(record["writes"]),
        changes=tuple(changes.from_dict(change) for change in record["changes"]),
        signals=tuple(Target(**target) for target in record["signals"]),
    )


def _signal(pidfd: int, number: int) -> None:
    kernel.syscall(kernel.NR_PIDFD_SEND_SIGNAL, pidfd, number, None, 0)


def _wall_in(confinement: Confinement, grants: list[int], pidfds: tuple[int, ...]) -> None:
    """Tiers 1 and 2: after this returns, the walls stand."""
    limits.restrict(seconds=confinement.seconds, processes=None if confinement.tier == 1 else 0)
    wanted = confinement.paths
    if confinement.tier == 2:
        namespaces.enter(processes=False)
        root = namespaces.Root()
        for (path, writable), fd in zip(wanted, grants, strict=True):
            root.add(path, fd, writable=writable)
        for path in _ALWAYS_READABLE:
            if os.path.exists(path) and not os.path.islink(path):
                root.add(path, None, writable=False)
        for path in confinement.masks:
            root.mask(path)
        root.build(programs=False)
        grants = [os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC) for path, _ in wanted]
    kernel.no_new_privileges()
    rules = [
        (fd, landlock.WRITE if writable else landlock.READ)
        for (_, writable), fd in zip(wanted, grants, strict=True)
    ]
    extra = list(_ALWAYS_READABLE)
    if confinement.processes or confinement.devices:
        extra += ["/proc", "/etc/passwd", "/etc/nsswitch.conf"]
    if confinement.devices:
        extra.append("/sys")
    opened = [os.open(path, os.O_PATH | os.O_CLOEXEC) for path in extra if os.path.exists(path)]
    if confinement.landlock:
        landlock.restrict(rules + [(fd, landlock.READ) for fd in opened], signals=bool(pidfds))
    elif confinement.tier == 1:
        raise PermissionError("tier 1 is nothing without Landlock")
    for fd in (*opened, *grants):
        os.close(fd)
    kernel.drop_capabilities()
    seccomp.install(
        tool_filter(
            confinement.tier, metadata=confinement.metadata, pidfds=pidfds, landlocked=confinement.landlock
        )
    )


def tool_filter(tier: int, *, metadata: bool, pidfds: tuple[int, ...] = (), landlocked: bool = True) -> bytes:
    """The seccomp filter of a tool in tier 1 or 2."""
    watched = not landlocked or landlock.abi() >= 3  # before, Landlock did not cover truncate(2)
    return seccomp.for_tool(metadata=metadata and tier == 2, pidfds=pidfds, truncate=watched or tier == 2)


def main_guard() -> None:
    """Nothing may be imported once the walls stand: name the modules that are only used then."""
    for name in (
        "encodings.utf_8",
        "encodings.ascii",
        "encodings.latin_1",
        "encodings.cp437",
        "encodings.utf_8_sig",
        "encodings.unicode_escape",
        "encodings.idna",
        "importlib.metadata",
        "zoneinfo",
        "importlib.readers",
        "importlib.resources",
        "tzdata.zoneinfo",
        "email.parser",
        "datetime",
        "heapq",
        "pwd",
        "grp",
        "nlsh.tools.files._records",
        "_strptime",
        "gzip",
        "lzma",
        "bz2",
        "zlib",
        "urllib.parse",
        "stringprep",
    ):
        try:
            import_module(name)
        except ImportError:
            sys.stderr.write(f"nlsh: the Python module {name} is missing\n")
