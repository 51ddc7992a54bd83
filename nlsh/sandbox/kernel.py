"""The system calls that Python has no names for, by way of ctypes; errors become OSError.

Covers x86-64 and 64-bit Arm. Elsewhere nothing is available, and the probe says so.
"""

import ctypes
import os
import platform
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]

MACHINE = platform.machine()
# asm/unistd.h: these numbers are the same on both architectures
NR_MOUNT_SETATTR = 442
NR_LANDLOCK_CREATE, NR_LANDLOCK_ADD, NR_LANDLOCK_RESTRICT = 444, 445, 446
NR_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(MACHINE, -1)
NR_SECCOMP = {"x86_64": 317, "aarch64": 277}.get(MACHINE, -1)
NR_CAPSET = {"x86_64": 126, "aarch64": 91}.get(MACHINE, -1)
NR_PIDFD_SEND_SIGNAL = 424
NR_OPENAT2 = 437
_RESOLVE_NO_SYMLINKS = 0x04

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 4, 38, 24

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip


def _check(code: int, what: str) -> int:
    if code < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return code


def syscall(number: int, *args: Any) -> int:
    """A raw system call; OSError on failure."""
    if number < 0:
        raise OSError(38, "this processor architecture is not supported")
    return _check(_libc.syscall(ctypes.c_long(number), *args), f"system call {number}")


def prctl(option: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0) -> int:
    """prctl(2)."""
    return _check(_libc.prctl(option, a, b, c, d), f"prctl {option}")


def unshare(flags: int) -> None:
    """unshare(2)."""
    _check(_libc.unshare(flags), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    coded = [None if x is None else os.fsencode(x) for x in (source, target, kind, data)]
    _check(_libc.mount(coded[0], coded[1], coded[2], ctypes.c_ulong(flags), coded[3]), f"mount {target}")


def umount(target: str, flags: int) -> None:
    """umount2(2)."""
    _check(_libc.umount2(os.fsencode(target), flags), f"umount {target}")


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def restrict_mount(target: str, *, read_only: bool, no_exec: bool) -> None:
    """mount_setattr(2), recursively: no set-id, no devices, and if asked no writing and no running."""
    flags = 0x2 | 0x4 | (0x1 if read_only else 0) | (0x8 if no_exec else 0)
    attributes = _MountAttributes(flags, 0, 0, 0)
    at_recursive, at_fdcwd = 0x8000, -100
    syscall(
        NR_MOUNT_SETATTR, at_fdcwd, ctypes.c_char_p(os.fsencode(target)), at_recursive,
        ctypes.byref(attributes), ctypes.sizeof(attributes),
    )  # fmt: skip


class _OpenHow(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("flags", "mode", "resolve")]


def open_without_links(path: str, flags: int) -> int:
    """openat2(2) of a path no part of which may be a link: what it names now is what was judged by that name."""
    how = _OpenHow(flags, 0, _RESOLVE_NO_SYMLINKS)
    return syscall(
        NR_OPENAT2, -100, ctypes.c_char_p(os.fsencode(path)), ctypes.byref(how), ctypes.sizeof(how)
    )


def drop_capabilities() -> None:
    """Every capability, from every set, for good."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # EINVAL past the last one, EPERM where there are none to drop
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    syscall(NR_CAPSET, ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def no_new_privileges() -> None:
    """From here on no exec gains rights (prctl PR_SET_NO_NEW_PRIVS)."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
