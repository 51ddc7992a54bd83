"""Starts a program on a kernel that seems to lack some system calls: an outer filter answers them with ENOSYS.

python outer.py NUMBER,NUMBER PROGRAM ARGUMENTS
"""

import ctypes
import os
import struct
import sys

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ENOSYS = 0x7FFF0000, 0x00050000 | 38


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def main() -> None:
    """Install the filter by prctl, which it leaves alone unless prctl itself (157) is named, and become the program."""
    code = [(_LOAD, 0, 0, 0)]
    for number in sys.argv[1].split(","):
        code += [(_EQUAL, 0, 1, int(number)), (_RETURN, 0, 0, _ENOSYS)]
    code.append((_RETURN, 0, 0, _ALLOW))
    program = b"".join(struct.pack("<HBBI", *one) for one in code)
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(_Filter(len(code), program)), 0, 0) == 0
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
