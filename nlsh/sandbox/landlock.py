"""Landlock: which files may be touched, and how.

Covers  reading, writing, creating, removing, renaming and linking by path; TCP bind and
        connect; abstract sockets; signals to processes outside (ABI 6).
Not     metadata (chmod, utime, xattr), stat and readlink, UDP, path sockets: those are
        the work of seccomp.py and namespaces.py.

Source: Linux Documentation/userspace-api/landlock.rst, ABI 1 to 7.
"""

import ctypes
import os
import stat

from nlsh.sandbox.kernel import (
    NR_LANDLOCK_ADD,
    NR_LANDLOCK_CREATE,
    NR_LANDLOCK_RESTRICT,
    syscall,
)

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << i for i in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (1 << i for i in range(6, 13))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SYM | REFER | TRUNCATE
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_TCP = 0b11
_SCOPE_ABSTRACT, _SCOPE_SIGNAL = 1, 2


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("fd", ctypes.c_int32)]


def abi() -> int:
    """The kernel's Landlock ABI; 0 when there is none or it is switched off."""
    try:
        return syscall(NR_LANDLOCK_CREATE, None, 0, 1)
    except OSError:
        return 0


def _handled(version: int) -> int:
    rights = (1 << 13) - 1
    if version >= 2:
        rights |= REFER
    if version >= 3:
        rights |= TRUNCATE
    if version >= 5:
        rights |= IOCTL_DEV
    return rights


def restrict(
    grants: list[tuple[int, int]], *, signals: bool, network: bool = False, version: int | None = None
) -> None:
    """Confine this thread for good to `grants`, pairs of an O_PATH descriptor and access rights.

    `signals` leaves the signal scope off, for a child that has been given a pidfd; `network` leaves TCP open.
    Raises OSError when there is no Landlock: the caller must not go on.
    """
    version = abi() if version is None else version
    if version < 1:
        raise OSError(95, "the kernel has no Landlock")
    handled = _handled(version)
    scoped = 0 if version < 6 else _SCOPE_ABSTRACT | (0 if signals else _SCOPE_SIGNAL)
    attributes = _Ruleset(handled, _TCP if version >= 4 and not network else 0, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = syscall(NR_LANDLOCK_CREATE, ctypes.byref(attributes), size, 0)
    try:
        for fd, rights in grants:
            rights &= handled
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                rights &= _ON_FILES
            rule = _PathBeneath(rights, fd)
            syscall(NR_LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0)
        syscall(NR_LANDLOCK_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
