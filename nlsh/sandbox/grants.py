"""What a child is given, opened before it exists: paths and processes as descriptors, effects as a record.

Paths become descriptors here, once, without following links; what the child may touch is
what these descriptors are, whatever happens to the names meanwhile.
"""

import os
import select
import signal
from dataclasses import asdict
from typing import Any

from nlsh.errors import ToolFailed
from nlsh.sandbox.confinement import Confinement
from nlsh.sandbox.kernel import open_without_links, syscall
from nlsh.turn import Effects

KILL_SECONDS = 5.0


def free_bytes(path: str) -> int:
    """What an ordinary user may still write on the file system of `path`; a lot where that cannot be asked."""
    try:
        status = os.statvfs(path)
    except OSError:
        return 1 << 62
    return status.f_bavail * status.f_frsize


def effects_record(effects: Effects) -> dict[str, Any]:
    return {
        "reads": effects.reads, "writes": effects.writes, "changes": [change.as_dict() for change in effects.changes],
        "signals": [asdict(target) for target in effects.signals],
    }  # fmt: skip


def open_grants(confinement: Confinement) -> list[int]:
    """One O_PATH descriptor per granted path, none of whose folders is a link: policy judged where it really leads."""
    fds: list[int] = []
    for path in (*confinement.reads, *confinement.writes):
        try:
            fds.append(open_without_links(path, os.O_PATH | os.O_CLOEXEC))
        except OSError as error:
            for fd in fds:
                os.close(fd)
            raise ToolFailed(
                f"{path}: {os.strerror(error.errno or 0).lower()}", "check the name", "missing"
            ) from error
    return fds


def open_targets(effects: Effects) -> list[int]:
    """One pidfd per process to signal, after a look that it is still the one that was named."""
    if not effects.signals:
        return []
    import psutil

    fds: list[int] = []
    for target in effects.signals:
        try:
            fd = os.pidfd_open(target.pid)
            fds.append(fd)
            if psutil.Process(target.pid).create_time() != target.started:
                raise ProcessLookupError
        except (ProcessLookupError, psutil.NoSuchProcess) as error:
            for open_fd in fds:
                os.close(open_fd)
            raise ToolFailed(f"{target.name} ({target.pid}) has ended by itself", "", "no_process") from error
    return fds


def kill(pidfd: int) -> None:
    try:
        syscall(424, pidfd, int(signal.SIGKILL), None, 0)
    except OSError:
        pass  # it has ended already
    # Whoever looks at the disk next must not look at a child that is still at work.
    select.select([pidfd], [], [], KILL_SECONDS)
    os.close(pidfd)
