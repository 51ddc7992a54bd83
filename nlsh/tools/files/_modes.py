"""What a file's inode says beside its size and times: octal modes, and when it was created."""

import ctypes
import os

from nlsh.errors import NotUnderstood

_AT_FDCWD, _AT_SYMLINK_NOFOLLOW, _STATX_BTIME = -100, 0x100, 0x800
_SIZE, _MASK_AT, _BORN_AT = 256, 0, 80  # struct statx, statx(2)
_libc = ctypes.CDLL(None, use_errno=True)


def octal(words: str) -> int:
    """The mode that three or four octal digits say; NotUnderstood when they are none."""
    digits = words.strip()
    if not (digits.isdigit() and 3 <= len(digits) <= 4 and all(c in "01234567" for c in digits)):
        raise NotUnderstood(
            f"'{digits}' is not a mode", "say three octal digits such as 644, or a word such as executable"
        )
    return int(digits, 8)


def born(path: str) -> float | None:
    """When a file was created, in epoch seconds; None where the filesystem or the system does not say."""
    if not hasattr(_libc, "statx"):
        return None
    found = ctypes.create_string_buffer(_SIZE)
    status = _libc.statx(_AT_FDCWD, os.fsencode(path), _AT_SYMLINK_NOFOLLOW, _STATX_BTIME, found)
    if status != 0 or not int.from_bytes(found.raw[_MASK_AT : _MASK_AT + 4], "little") & _STATX_BTIME:
        return None
    seconds = int.from_bytes(found.raw[_BORN_AT : _BORN_AT + 8], "little", signed=True)
    return seconds + int.from_bytes(found.raw[_BORN_AT + 8 : _BORN_AT + 12], "little") / 1e9
