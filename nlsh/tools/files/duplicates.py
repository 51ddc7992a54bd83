"""Files with the same content: by size, then by a piece of each, then by all of it."""

import hashlib
import os
import stat
from collections.abc import Callable

from nlsh.arguments import Args, FileType, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._filters import has_suffix
from nlsh.tools.files._records import Trouble, record, walk
from nlsh.turn import Effects, Result
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
    trouble = Trouble()
    wanted = suffixes(args.type) if args.type else None
    sizes: dict[int, list[tuple[str, os.stat_result]]] = {}
    seen: set[tuple[int, int]] = set()
    for path, status, _ in walk(args.under, hidden=args.hidden, depth=None, trouble=trouble):
        identity = (status.st_dev, status.st_ino)
        fits = wanted is None or has_suffix(path, wanted)
        if stat.S_ISREG(status.st_mode) and status.st_size and fits and identity not in seen:
            sizes.setdefault(status.st_size, []).append((path, status))
            if status.st_nlink > 1:
                seen.add(identity)
    groups = [group for group in sizes.values() if len(group) > 1]
    groups = _split(groups, _piece, work, trouble)
    groups = _split(groups, _whole, work, trouble)
    groups.sort(key=lambda group: -group[0][1].st_size * (len(group) - 1))
    rows = [
        {**record(path, status, work.scene.cwd), "group": number}
        for number, group in enumerate(groups, 1)
        for path, status in group
    ]
    spare = sum(group[0][1].st_size * (len(group) - 1) for group in groups)
    return Result("files", rows, value=spare, unit="bytes", notes=trouble.notes())


_Group = list[tuple[str, os.stat_result]]


def _split(
    groups: list[_Group], key: Callable[[str, int], bytes], work: Work, trouble: Trouble
) -> list[_Group]:
    """Each group parted by `key`; what is alone then, or cannot be read, is left out."""
    found: list[_Group] = []
    for done, group in enumerate(groups):
        parts: dict[bytes, _Group] = {}
        for path, status in group:
            try:
                parts.setdefault(key(path, status.st_size), []).append((path, status))
            except OSError:
                trouble.unreadable.append(path)
        found.extend(part for part in parts.values() if len(part) > 1)
        if done % 500 == 499:
            work.progress("compare", done, len(groups))
    return found


def _piece(path: str, size: int) -> bytes:
    with open(path, "rb", buffering=0) as reader:
        return reader.read(PIECE_BYTES)


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
    gives="files",
    examples=(
        "find duplicate files",
        "are there identical photos in Pictures",
        "which files do I have twice",
        "duplicates in Downloads",
        "找出重复的文件",
    ),
)
