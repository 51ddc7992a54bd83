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
from collections.abc import Callable
from importlib import import_module
from typing import Any

from nlsh.changes import Change, from_dict
from nlsh.errors import NlshError, ToolFailed
from nlsh.protected import is_within
from nlsh.sandbox import kernel, landlock, limits, namespaces, seccomp
from nlsh.sandbox.confinement import Confinement
from nlsh.tool import Tool, Work
from nlsh.turn import Effects, Result, Scene, Target

OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024
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


def live(
    confinement: Confinement, connection: socket.socket, grants: list[int], pidfds: list[int], parent: int
) -> int:
    """The whole life of the child; the exit status."""
    os.setsid()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits.close_all_but({connection.fileno(), *grants, *pidfds})
    os.umask(0o022)
    gc.disable()  # one call, then the process ends: looking for cycles would cost a walk a third of its time
    orders = receive(connection)
    if orders is None:
        return 1
    facts = orders["facts"] | {"pidfds": pidfds}
    try:
        if confinement.tier == 3:
            facts["output"], facts["status"] = _captured(confinement, grants, connection)
        else:
            _wall_in(confinement, grants, tuple(pidfds))
        answer = _run_tool(orders, facts, connection)
    except NlshError as error:
        answer = {
            "error": {
                "kind": type(error).__name__,
                "code": error.code,
                "message": error.message,
                "hint": error.hint,
            }
        }
    except MemoryError:
        answer = {
            "error": {
                "kind": "ToolFailed",
                "code": "memory",
                "message": "the call needed more memory than it may have",
                "hint": "",
            }
        }
    except RecursionError:
        answer = {
            "error": {
                "kind": "ToolFailed",
                "code": "depth",
                "message": "the folders are nested too deeply",
                "hint": "",
            }
        }
    except OSError as error:
        where = error.filename if error.filename is not None else ""
        where = os.fsdecode(where) if isinstance(where, bytes) else str(where)
        message = f"{where}: {(error.strerror or str(error)).lower()}" if where else str(error)
        granted = any(is_within(where, path) for path, _ in _paths(confinement))
        kind = "Refused" if isinstance(error, PermissionError) and not granted else "ToolFailed"
        hint = "the sandbox forbids it" if kind == "Refused" else ""
        answer = {
            "error": {
                "kind": kind,
                "code": "sandbox" if kind == "Refused" else "failed",
                "message": message,
                "hint": hint,
            }
        }
    except Exception:  # a bug in a tool: the log gets the trace, the screen one line
        import traceback

        answer = {
            "error": {"kind": "Bug", "code": "bug", "message": traceback.format_exc(limit=-6), "hint": ""}
        }
    send(connection, answer)
    return 0


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
    changes: tuple[Change, ...] = tuple(from_dict(change) for change in record["changes"])
    signals = tuple(Target(**target) for target in record["signals"])
    return Effects(
        reads=tuple(record["reads"]), writes=tuple(record["writes"]), changes=changes, signals=signals
    )


def _signal(pidfd: int, number: int) -> None:
    kernel.syscall(kernel.NR_PIDFD_SEND_SIGNAL, pidfd, number, None, 0)


def _paths(confinement: Confinement) -> list[tuple[str, bool]]:
    return [*((p, False) for p in confinement.reads), *((p, True) for p in confinement.writes)]


def _wall_in(confinement: Confinement, grants: list[int], pidfds: tuple[int, ...]) -> None:
    """Tiers 1 and 2: after this returns, the walls stand."""
    limits.restrict(seconds=confinement.seconds, processes=None if confinement.tier == 1 else 0)
    wanted = _paths(confinement)
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
    landlock.restrict(rules + [(fd, landlock.READ) for fd in opened], signals=bool(pidfds))
    for fd in (*opened, *grants):
        os.close(fd)
    kernel.drop_capabilities()
    seccomp.install(seccomp.for_tool(metadata=confinement.metadata and confinement.tier == 2, pidfds=pidfds))


def _captured(confinement: Confinement, grants: list[int], connection: socket.socket) -> tuple[str, int]:
    """Tier 3: the command's output, as much of it as is kept, and its exit status."""
    output = bytearray()

    def keep(block: bytes) -> bool:
        room = OUTPUT_LIMIT_BYTES - len(output)
        output.extend(block[: max(room, 0)])
        if len(output) < OUTPUT_LIMIT_BYTES:
            return True
        output.extend(b"\n[the rest of the output was cut off]\n")
        return False

    status = command(confinement, grants, keep, (connection,))
    if status == 126 and b"the sandbox could not be built" in output:
        raise ToolFailed(
            output.decode("utf-8", "replace").strip().splitlines()[-1],
            "nlsh doctor says what this kernel can do",
            "no_sandbox",
        )
    kernel.no_new_privileges()
    landlock.restrict([], signals=False)
    seccomp.install(seccomp.for_tool(metadata=False))
    return output.decode("utf-8", "replace"), status


def command(
    confinement: Confinement,
    grants: list[int],
    keep: Callable[[bytes], bool],
    closing: tuple[socket.socket, ...],
) -> int:
    """Run the command in namespaces of its own under a first process; its exit status.

    `keep` is handed the output as it comes, and ends the command by returning False;
    `closing` are sockets of this process that the command must not have.
    """
    namespaces.enter(processes=True)
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            os.close(reader)
            for connection in closing:
                connection.close()
            status = _first_process(confinement, grants, writer)
        except BaseException as error:
            os.write(writer, f"\nnlsh: the sandbox could not be built: {error}\n".encode())
            status = 126
        os._exit(status)
    os.close(writer)
    while block := os.read(reader, 65536):
        if not keep(block):
            os.kill(first, signal.SIGKILL)
            break
    _, ended = os.waitpid(first, 0)
    status = os.waitstatus_to_exitcode(ended)
    return status if status >= 0 else 128 - status


def _first_process(confinement: Confinement, grants: list[int], writer: int) -> int:
    """Pid 1 of the command's world: builds it, starts the command, reaps, and takes all down with it."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    root = namespaces.Root()
    for (path, writable), fd in zip(_paths(confinement), grants, strict=True):
        root.add(path, fd, writable=writable, runnable=True)
    for path in confinement.locks:
        root.add(path, None, writable=False)
    root.add_system()
    for path in confinement.masks:
        root.mask(path)
    root.build(programs=True)
    os.chdir(confinement.cwd)
    limits.restrict(seconds=confinement.seconds, processes=512, memory_bytes=16 * limits.GIB)
    kernel.no_new_privileges()
    readable = [
        p
        for p in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/proc")
        if os.path.isdir(p)
    ]
    rules = [(_open(p), landlock.READ | landlock.EXECUTE) for p in readable]
    rules += [
        (_open(p), (landlock.WRITE if w else landlock.READ) | landlock.EXECUTE | landlock.MAKE_FIFO)
        for p, w in _paths(confinement)
    ]
    rules += [
        (_open("/tmp"), landlock.WRITE | landlock.EXECUTE | landlock.MAKE_FIFO),
        (_open("/dev"), landlock.READ | landlock.WRITE_FILE),
    ]
    landlock.restrict(rules, signals=True)
    kernel.drop_capabilities()
    seccomp.install(seccomp.for_program())
    worker = os.fork()
    if worker == 0:
        null = os.open("/dev/null", os.O_RDONLY)
        for source, target in ((null, 0), (writer, 1), (writer, 2)):
            os.dup2(source, target)
        limits.close_all_but(set())
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NLSH_SANDBOX": "3",
        }
        os.execve("/bin/sh", ["sh", "-c", confinement.command or ":"], environment)
    os.close(writer)
    while True:
        pid, ended = os.wait()
        if pid == worker:
            code = os.waitstatus_to_exitcode(ended)
            return code if code >= 0 else 128 - code


def _open(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


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
        "traceback",
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
