"""What a child may use up: descriptors, memory, processor time, file size, processes.

Not covered: the number of files on a disk; a call that writes is watched from outside.
"""

import os
import resource

GIB = 1024**3


def close_all_but(keep: set[int]) -> None:
    """Close every descriptor except 0 to 2 and `keep`."""
    previous = 2
    for fd in [*sorted(fd for fd in keep if fd > 2), 1 << 20]:
        if fd > previous + 1:
            os.closerange(previous + 1, min(fd, 65536))
        previous = fd


def restrict(*, seconds: int, processes: int | None, memory_bytes: int = 6 * GIB) -> None:
    """Set the resource limits; `processes` None leaves their number to the namespace."""
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: 128 * GIB,
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_MEMLOCK: 1 << 20,
    }
    if processes is not None:
        wanted[resource.RLIMIT_NPROC] = processes
    for limit, value in wanted.items():
        _, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
