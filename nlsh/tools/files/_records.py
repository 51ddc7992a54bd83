"""File records and the walk that makes them; shared by every tool that lists files.

Nothing here follows a link out of its tree, and files that vanish or cannot be read
while the walk goes on are counted, not fatal.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from nlsh.turn import Row, Scene


@dataclass(slots=True)
class Trouble:
    """What a walk could not read."""

    unreadable: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """At most one line for the user."""
        if not self.unreadable:
            return []
        first, more = self.unreadable[0], len(self.unreadable) - 1
        return [f"could not read {first}" + (f" and {more} more" if more else "")]


def shown(path: str, cwd: str) -> str:
    """`path` as a person would type it from `cwd`: relative below it, absolute elsewhere."""
    if path == cwd:
        return "."
    prefix = cwd if cwd.endswith("/") else cwd + "/"
    return path[len(prefix) :] if path.startswith(prefix) else path


def absolute(path: str, cwd: str) -> str:
    """The absolute path that a record's `path` stands for."""
    return os.path.normpath(os.path.join(cwd, path))


def kind_of(mode: int) -> str:
    """file, folder, link or other."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"


def iso(timestamp: float) -> str:
    """Local ISO 8601 time to the second; an impossible clock gives the epoch."""
    try:
        return datetime.fromtimestamp(timestamp).astimezone().isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return "1970-01-01T00:00:00+00:00"


def record(path: str, status: os.stat_result, cwd: str, size: int | None = None) -> Row:
    """The row of one file; `size` in bytes overrides the one in `status` (a folder's total)."""
    return {
        "path": shown(path, cwd),
        "size": status.st_size if size is None else size,
        "modified": iso(status.st_mtime),
        "kind": kind_of(status.st_mode),
    }


Visit = Callable[[str, "os.stat_result", int], None]


def walk(
    top: str, *, hidden: bool, depth: int | None, trouble: Trouble
) -> Iterator[tuple[str, os.stat_result, int]]:
    """Everything below `top` with its lstat and its depth (1 for direct children), parents first."""
    pending = [(top, 1)]
    while pending:
        folder, level = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            trouble.unreadable.append(folder)
            continue
        below: list[tuple[str, int]] = []
        for entry in entries:
            if entry.name.startswith(".") and not hidden:
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # vanished between the listing and the look
            yield entry.path, status, level
            if stat.S_ISDIR(status.st_mode) and (depth is None or level < depth):
                below.append((entry.path, level + 1))
        pending.extend(reversed(below))


def file_paths(top: str, *, hidden: bool, trouble: Trouble) -> Iterator[str]:
    """The regular files in and below `top`, without a look at each: the folder says what is a file."""
    if not os.path.isdir(top):
        yield top
        return
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            trouble.unreadable.append(folder)
            continue
        below = []
        for entry in entries:
            if entry.name.startswith(".") and not hidden:
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path
        pending.extend(reversed(below))


def tree_size(top: str, trouble: Trouble | None = None) -> tuple[int, int]:
    """Apparent bytes and number of files in and below `top`; hidden ones count, links are not followed."""
    try:
        status = os.lstat(top)
    except OSError:
        return 0, 0
    if not stat.S_ISDIR(status.st_mode):
        return status.st_size, 1
    total = files = 0
    seen: set[tuple[int, int]] = set()
    for _, below, _ in walk(top, hidden=True, depth=None, trouble=trouble or Trouble()):
        if stat.S_ISREG(below.st_mode):
            key = (below.st_dev, below.st_ino)
            if below.st_nlink > 1 and key in seen:
                continue
            seen.add(key)
            total += below.st_size
            files += 1
    return total, files


def paths_of(rows: list[Row], cwd: str) -> list[str]:
    """The absolute paths that rows of files or matches name, each once, in order."""
    found = (absolute(str(row["path"]), cwd) for row in rows if row.get("path"))
    return list(dict.fromkeys(found))


def listing(folder: str, scene: Scene, *, hidden: bool, trouble: Trouble) -> list[Row]:
    """The direct content of `folder`, folders first; folders have no size of their own."""
    rows = []
    for path, status, _ in walk(folder, hidden=hidden, depth=1, trouble=trouble):
        row = record(path, status, scene.cwd)
        if row["kind"] == "folder":
            row["size"] = None
        rows.append(row)
    return sorted(rows, key=lambda row: (row["kind"] != "folder", str(row["path"]).lower()))
