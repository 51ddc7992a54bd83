"""Tier 3: an external command in namespaces of its own, and what becomes of its output.

A first process, pid 1 of the command's world, builds that world, starts the command, reaps,
and takes everything down with it. Calls and background jobs both come through here.
"""

import codecs
import fcntl
import os
import signal
import socket
import termios
from collections.abc import Callable

from nlsh.errors import ToolFailed
from nlsh.sandbox import kernel, landlock, limits, namespaces, seccomp
from nlsh.sandbox.confinement import Confinement

OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024
_USUAL = (signal.SIGINT, signal.SIGPIPE)  # handled by Python, not by a command


def captured(
    confinement: Confinement,
    grants: list[int],
    connection: socket.socket,
    terminal: int | None = None,
    live: Callable[[str], None] = lambda text: None,
) -> tuple[str, int]:
    """Tier 3: the command's output, as much of it as is kept, and its exit status.

    `live` is handed the output as it comes. With a terminal (the descriptor of one) the command
    speaks to that, and there is nothing to keep.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    output = bytearray()

    def keep(block: bytes) -> bool:
        room = OUTPUT_LIMIT_BYTES - len(output)
        output.extend(block[: max(room, 0)])
        live(decoder.decode(block))
        if len(output) < OUTPUT_LIMIT_BYTES:
            return True
        output.extend(b"\n[the rest of the output was cut off]\n")
        return False

    status = command(confinement, grants, keep, (connection.fileno(),), terminal)
    live(decoder.decode(b"", final=True))
    if status == 126 and b"the sandbox could not be built" in output:
        raise ToolFailed(
            output.decode("utf-8", "replace").strip().splitlines()[-1],
            "nlsh doctor says what this kernel can do",
            "no_sandbox",
        )
    kernel.no_new_privileges()
    if confinement.landlock:
        landlock.restrict([], signals=False)
    seccomp.install(seccomp.for_tool(metadata=False, pidfds=(), truncate=True))
    return output.decode("utf-8", "replace"), status


def command(
    confinement: Confinement,
    grants: list[int],
    keep: Callable[[bytes], bool],
    closing: tuple[int, ...],
    terminal: int | None = None,
) -> int:
    """Run the command in namespaces of its own under a first process; its exit status.

    `keep` is handed the output as it comes, and ends the command by returning False;
    `closing` are descriptors of this process that nothing in the command's world must have.
    """
    namespaces.enter(processes=True, network=confinement.network)
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            os.close(reader)
            for fd in closing:
                os.close(fd)
            status = _first_process(confinement, grants, writer, terminal)
        except BaseException as error:
            os.write(writer, f"\nnlsh: the sandbox could not be built: {error}\n".encode())
            status = 126
        os._exit(status)
    os.close(writer)
    if terminal is not None:
        os.close(terminal)
    while block := os.read(reader, 65536):
        if not keep(block):
            os.kill(first, signal.SIGKILL)
            break
    _, ended = os.waitpid(first, 0)
    status = os.waitstatus_to_exitcode(ended)
    return status if status >= 0 else 128 - status


def _first_process(confinement: Confinement, grants: list[int], writer: int, terminal: int | None) -> int:
    """Pid 1 of the command's world: builds it, starts the command, reaps, and takes all down with it."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    root = namespaces.Root()
    for (path, writable), fd in zip(confinement.paths, grants, strict=True):
        root.add(path, fd, writable=writable, runnable=True)
    for path in confinement.locks:
        root.add(path, None, writable=False)
    root.add_system()
    if confinement.network:
        root.add_resolver()
    for path in confinement.masks:
        root.mask(path)
    root.build(programs=True)
    os.chdir(confinement.cwd)
    limits.restrict(seconds=confinement.seconds, processes=512, memory_bytes=16 * limits.GIB)
    kernel.no_new_privileges()
    if confinement.landlock:
        _restrict_files(confinement)
    kernel.drop_capabilities()
    seccomp.install(seccomp.for_program())
    if terminal is None:
        worker = _started(confinement, writer)
        os.close(writer)
    else:
        worker = os.fork()
        if worker == 0:
            _become_the_command(confinement, terminal)
        os.close(writer)
        os.close(terminal)  # whoever holds the other end sees that the last user of it is gone
    while True:
        pid, ended = os.wait()
        if pid == worker:
            code = os.waitstatus_to_exitcode(ended)
            return code if code >= 0 else 128 - code


def _restrict_files(confinement: Confinement) -> None:
    """Landlock inside the own root: what is read-only there stays so even if a mount could be changed."""
    system = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/proc", "/run")
    readable = [p for p in system if os.path.isdir(p)]
    rules = [(_open(p), landlock.READ | landlock.EXECUTE) for p in readable]
    rules += [
        (_open(p), (landlock.WRITE if w else landlock.READ) | landlock.EXECUTE | landlock.MAKE_FIFO)
        for p, w in confinement.paths
    ]
    rules += [
        (_open("/tmp"), landlock.WRITE | landlock.EXECUTE | landlock.MAKE_FIFO),
        (_open("/dev"), landlock.READ | landlock.WRITE_FILE),
    ]
    landlock.restrict(rules, signals=True, network=confinement.network)


def _started(confinement: Confinement, writer: int) -> int:
    """The command with nothing to read and a pipe to write to; its pid. Spawned: a fork would copy the page tables for it."""
    limits.close_all_but({writer})
    output = [(os.POSIX_SPAWN_DUP2, writer, target) for target in (1, 2)]
    sources = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0), *output]
    return os.posix_spawn(*_call(confinement), file_actions=sources, setsigdef=_USUAL)


def _become_the_command(confinement: Confinement, terminal: int) -> None:
    """This process from here on; the terminal is its own, and what its keys interrupt."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for target in range(3):
        os.dup2(terminal, target)
    limits.close_all_but(set())
    for number in _USUAL:
        signal.signal(number, signal.SIG_DFL)
    os.execve(*_call(confinement))


def _call(confinement: Confinement) -> tuple[str, list[str], dict[str, str]]:
    """What is run: the program, its arguments, its environment."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "TERM": confinement.terminal or "dumb",
        "NLSH_SANDBOX": "3",
    }
    return "/bin/sh", ["sh", "-c", confinement.command or ":"], environment


def _open(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)
