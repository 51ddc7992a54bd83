"""What an archive holds, without unpacking it: names are only shown, so none of them is refused."""

import lzma
import struct
import tarfile
import zipfile
import zlib
from datetime import datetime

from nlsh.errors import ToolFailed
from nlsh.tools.files._records import iso
from nlsh.turn import Result, Row

_SUFFIXES = (".zip", ".jar", ".whl", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
MOST_MEMBERS = 100_000
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, struct.error, ValueError, NotImplementedError,
    OverflowError,
)  # fmt: skip


def is_archive(path: str) -> bool:
    """Whether a file is called as an archive whose members can be listed is."""
    return path.lower().endswith(_SUFFIXES)


def members(path: str) -> Result:
    """A row for each member: name, size in bytes, time of change; `value` is their size together. ToolFailed when it cannot be read."""
    try:
        rows = _of_zip(path) if path.lower().endswith((".zip", ".jar", ".whl")) else _of_tar(path)
    except _DAMAGED as error:
        raise ToolFailed(
            f"{path} is not a whole archive: {error}", "it may be damaged or something else"
        ) from error
    notes = [f"only the first {MOST_MEMBERS} are listed"] if len(rows) >= MOST_MEMBERS else []
    return Result("records", rows, value=sum(int(row["size"]) for row in rows), unit="bytes", notes=notes)


def _of_zip(path: str) -> list[Row]:
    with zipfile.ZipFile(path) as pack:
        rows = []
        for info in pack.infolist()[:MOST_MEMBERS]:
            try:
                changed = datetime(*info.date_time).isoformat()
            except ValueError:
                changed = ""
            rows.append({"member": info.filename, "size": info.file_size, "modified": changed})
        return rows


def _of_tar(path: str) -> list[Row]:
    rows: list[Row] = []
    with tarfile.open(path) as pack:
        for entry in pack:
            if len(rows) >= MOST_MEMBERS:
                break
            name = entry.name + ("/" if entry.isdir() else "")
            target = f" → {entry.linkname}" if entry.issym() or entry.islnk() else ""
            rows.append({"member": name + target, "size": entry.size, "modified": iso(entry.mtime)})
    return rows
