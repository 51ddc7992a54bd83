"""Reading a file as text for a person: bounded, decoded, binary said to be binary."""

import os
import stat

from nlsh.errors import ToolFailed
from nlsh.turn import Result

LIMIT_BYTES = 8 * 1024 * 1024


def plain(path: str) -> str:
    """`path` itself when it is a file with content to read; ToolFailed for a folder, a pipe or a device."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise ToolFailed(f"cannot read {path}: {(error.strerror or 'error').lower()}") from error
    if stat.S_ISDIR(mode):
        raise ToolFailed(f"{path} is a folder", "name a file", "is_folder")
    if not stat.S_ISREG(mode):
        raise ToolFailed(f"{path} is a pipe, a socket or a device", "name a plain file", "not_plain")
    return path


def read_text(path: str, first: int | None, last: int | None) -> Result:
    """The text of `path`, or only its first or last lines; at most LIMIT_BYTES of it."""
    plain(path)
    try:
        size = os.stat(path).st_size
        with open(path, "rb") as reader:
            if last and size > LIMIT_BYTES:
                reader.seek(size - LIMIT_BYTES)
            data = reader.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise ToolFailed(f"cannot read {path}: {(error.strerror or 'error').lower()}") from error
    if b"\0" in data[:8192]:
        raise ToolFailed(f"{path} is not text", "ask for its info instead", "not_text")
    notes = []
    if len(data) > LIMIT_BYTES and not first and not last:
        notes.append(f"only the first {LIMIT_BYTES // 1024**2} MiB are shown")
    text = data[:LIMIT_BYTES].decode("utf-8", "replace")
    if first or last:
        lines = text.splitlines(keepends=True)
        text = "".join(lines[:first] if first else lines[-(last or 0) :])
    return Result("text", text=text, notes=notes)
