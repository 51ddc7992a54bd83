"""File records and the walk that makes them; shared by every tool that lists files.

Nothing here follows a link out of its tree, and files that vanish or cannot be read
while the walk goes on are counted, not fatal.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nlsh.errors import ToolFailed
from nlsh.tools.files._shares import Share
from nlsh.turn import Row, Scene

PROGRESS_ENTRIES = 20_000


@dataclass(slots=True)
class Trouble:
    """How a walk goes: whom it tells how far it is, and what it could not read."""

    progress: Callable[[str, int, int], None] = lambda what, done, total: None
    unreadable: list[str] = field(default_factory=list)
    seen: int = 0

    def looked_at(self, count: int) -> None:
        """Count entries, and say so now and then."""
        before, self.seen = self.seen, self.seen + count
        if before // PROGRESS_ENTRIES != self.seen // PROGRESS_ENTRIES:
            self.progress("look", self.seen, 0)

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


def entry_kind(entry: "os.DirEntry[str]") -> str:
    """The same of a folder's entry, without a look at it."""
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


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


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def scan(
    top: str, *, hidden: bool, depth: int | None, trouble: Trouble, share: Share | None = None
) -> Iterator[tuple[str, int, list["os.DirEntry[str]"], int]]:
    """Folder after folder below `top`, parents first: its path, a descriptor, its entries as they come, their depth.

    What is taken out of the entries is not gone into. The descriptor is open until the next folder is
    asked for: looking at an entry through it (`os.stat(name, dir_fd=…)`) costs less than by path, and
    no link on the way can lead astray. With a share of the tree, only its folders.
    """
    pending = [(top, 1, True)] if share is None else [(folder, level, deep) for folder, level, deep in share]
    while pending:
        folder, level, deep = pending.pop()
        try:
            fd = os.open(folder, _FOLDER if folder != top else _FOLDER & ~os.O_NOFOLLOW)
        except OSError:
            trouble.unreadable.append(folder)
            continue
        try:
            with os.scandir(fd) as listing:
                entries = [entry for entry in listing if hidden or not entry.name.startswith(".")]
        except OSError:
            os.close(fd)
            trouble.unreadable.append(folder)
            continue
        trouble.looked_at(len(entries))
        try:
            yield folder, fd, entries, level
        finally:
            os.close(fd)
        if deep and (depth is None or level < depth):
            base = folder if folder.endswith("/") else folder + "/"
            pending.extend(
                (base + entry.name, level + 1, True)
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
            )


def walk(
    top: str, *, hidden: bool, depth: int | None, trouble: Trouble
) -> Iterator[tuple[str, os.stat_result, int]]:
    """Everything below `top` with its lstat and its depth (1 for direct children), parents before what they hold.

    A folder's own entries come sorted by name.
    """
    for folder, fd, entries, level in scan(top, hidden=hidden, depth=depth, trouble=trouble):
        entries.sort(key=lambda entry: entry.name)
        base = folder if folder.endswith("/") else folder + "/"
        for entry in entries:
            try:
                status = os.stat(entry.name, dir_fd=fd, follow_symlinks=False)
            except OSError:
                continue  # vanished between the listing and the look
            yield base + entry.name, status, level


def in_order(rows: list[Row]) -> list[Row]:
    """File rows as a tree lists them: by name, a folder before what it holds."""
    return sorted(rows, key=lambda row: str(row["path"]).replace("/", "\0"))


def file_paths(
    top: str,
    *,
    hidden: bool,
    trouble: Trouble,
    leaves_out: Callable[[str, str], bool] | None = None,
    share: Share | None = None,
) -> Iterator[str]:
    """The regular files in and below `top`, without a look at each: the folder says what is a file.

    Entries whose name and kind `leaves_out` are passed over, with what they hold.
    """
    if not os.path.isdir(top):
        yield top
        return
    for folder, _, entries, _ in scan(top, hidden=hidden, depth=None, trouble=trouble, share=share):
        base = folder if folder.endswith("/") else folder + "/"
        if leaves_out is not None:
            entries[:] = [entry for entry in entries if not leaves_out(entry.name, entry_kind(entry))]
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                yield base + entry.name


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
    trouble = trouble or Trouble()
    for _, fd, entries, _ in scan(top, hidden=True, depth=None, trouble=trouble):
        for entry in entries:
            if not entry.is_file(follow_symlinks=False):
                continue
            try:
                status = os.stat(entry.name, dir_fd=fd, follow_symlinks=False)
            except OSError:
                continue  # vanished between the listing and the look
            if status.st_nlink > 1:
                key = (status.st_dev, status.st_ino)
                if key in seen:
                    continue
                seen.add(key)
            total += status.st_size
            files += 1
    return total, files


def paths_of(rows: list[Row], cwd: str) -> list[str]:
    """The absolute paths that rows of files or matches name, each once, in order."""
    found = (absolute(str(row["path"]), cwd) for row in rows if row.get("path"))
    return list(dict.fromkeys(found))


def real_files(rows: list[Row], cwd: str) -> list[str]:
    """The files whose content rows lead to, links followed; folders and broken links have none. ToolFailed when none is left."""
    named = paths_of(rows, cwd)
    found = [real for path in named if os.path.isfile(real := os.path.realpath(path))]
    if named and not found:
        raise ToolFailed("there is no file among these", "name one, or find files first", "no_file")
    return list(dict.fromkeys(found))


def reads_of(paths: Sequence[str]) -> tuple[str, ...]:
    """What must be granted for a look at each of them: a link itself is seen in its folder alone."""
    return tuple(dict.fromkeys(os.path.dirname(path) if os.path.islink(path) else path for path in paths))


def listing(folder: str, scene: Scene, *, hidden: bool, trouble: Trouble) -> list[Row]:
    """The direct content of `folder`, folders first; folders have no size of their own."""
    rows = []
    for path, status, _ in walk(folder, hidden=hidden, depth=1, trouble=trouble):
        row = record(path, status, scene.cwd)
        if row["kind"] == "folder":
            row["size"] = None
        rows.append(row)
    return sorted(rows, key=lambda row: (row["kind"] != "folder", str(row["path"]).lower()))
