"""Files with the same content: by size, then by a piece of each, then by all of it."""

import hashlib
import os
import zlib
from collections.abc import Callable

from nlsh.arguments import Args, FileType, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._filters import has_suffix
from nlsh.tools.files._records import Trouble, record, scan
from nlsh.tools.files._shares import cut
from nlsh.turn import Effects, Result, Row
from nlsh.values.types import suffixes

PIECE_BYTES = 4096


class Duplicates(Args):
    """Below which folder, of what kind."""

    under: Target = "."
    type: FileType | None = None
    hidden: bool = False


def effects(asked: Asked) -> Effects:
    """Reads the tree."""
    return Effects(reads=(asked.args.under,))


def run(work: Work) -> Result:
    """Rows in groups, the group wasting most first, each with its `group`; `value` is what the spare copies take.

    Empty files and other names of the same file (hard links) are no duplicates.
    """
    args: Duplicates = work.args
    trouble = Trouble(work.progress)
    wanted = suffixes(args.type) if args.type else None
    sizes: dict[int, list[str]] = {}
    seen: set[tuple[int, int]] = set()
    for folder, fd, entries, _ in scan(args.under, hidden=args.hidden, depth=None, trouble=trouble):
        base = folder if folder.endswith("/") else folder + "/"
        for entry in entries:
            name = entry.name
            if (wanted is not None and not has_suffix(name, wanted)) or not entry.is_file(
                follow_symlinks=False
            ):
                continue
            try:
                status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            except OSError:
                continue  # vanished between the listing and the look
            if status.st_nlink > 1:
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
            if status.st_size:
                sizes.setdefault(status.st_size, []).append(base + name)
    part, parts = work.facts.get("share", (0, 1))
    groups = [
        (size, sorted(paths))
        for size, paths in sizes.items()
        if len(paths) > 1 and zlib.crc32(size.to_bytes(8, "big")) % parts == part
    ]
    groups = _split(groups, _piece, work, trouble)
    groups = _split(groups, _whole, work, trouble)
    rows = []
    for number, (_, paths) in enumerate(groups, 1):
        for path in paths:
            try:
                rows.append({**record(path, os.lstat(path), work.scene.cwd), "group": number})
            except OSError:
                continue  # vanished since it was read
    return merge([Result("files", rows, notes=trouble.notes())])


def split(asked: Asked) -> list[tuple[int, int]]:
    """Every share walks the whole of a large tree and compares the files of some sizes only."""
    count = len(cut(asked.args.under, hidden=asked.args.hidden))
    return [(part, count) for part in range(count)]


def merge(results: list[Result]) -> Result:
    """All groups, the one that wastes most first, numbered anew."""
    groups: dict[tuple[int, int], list[Row]] = {}
    for number, result in enumerate(results):
        for row in result.rows or []:
            groups.setdefault((number, row["group"]), []).append(row)
    wasteful = sorted(
        (group for group in groups.values() if len(group) > 1),
        key=lambda group: (-group[0]["size"] * (len(group) - 1), group[0]["path"]),
    )
    rows = [{**row, "group": number} for number, group in enumerate(wasteful, 1) for row in group]
    spare = sum(group[0]["size"] * (len(group) - 1) for group in wasteful)
    notes = list(dict.fromkeys(note for result in results for note in result.notes))
    return Result("files", rows, value=spare, unit="bytes", notes=notes)


_Group = tuple[int, list[str]]  # size in bytes, paths


def _split(
    groups: list[_Group], key: Callable[[str, int], bytes], work: Work, trouble: Trouble
) -> list[_Group]:
    """Each group parted by `key`; what is alone then, or cannot be read, is left out."""
    found: list[_Group] = []
    for done, (size, paths) in enumerate(groups):
        parts: dict[bytes, list[str]] = {}
        for path in paths:
            try:
                parts.setdefault(key(path, size), []).append(path)
            except OSError:
                trouble.unreadable.append(path)
        found.extend((size, part) for part in parts.values() if len(part) > 1)
        if done % 500 == 499:
            work.progress("compare", done, len(groups))
    return found


def _piece(path: str, size: int) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(fd, PIECE_BYTES)
    finally:
        os.close(fd)


def _whole(path: str, size: int) -> bytes:
    if size <= PIECE_BYTES:
        return b""  # the piece was all of it
    with open(path, "rb", buffering=0) as reader:
        return hashlib.file_digest(reader, hashlib.blake2b).digest()


TOOL = Tool(
    summary="files with the same content",
    args=Duplicates,
    effects=effects,
    run=run,
    split=split,
    merge=merge,
    gives="files",
    examples=(
        "find duplicate files",
        "are there identical photos in Pictures",
        "which files do I have twice",
        "duplicates in Downloads",
        "找出重复的文件",
    ),
)
