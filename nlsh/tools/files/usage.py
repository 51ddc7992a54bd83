"""How many bytes a folder holds, and which of its entries hold them."""

import os
from typing import Any

from nlsh.arguments import Args, Target
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._records import Trouble, paths_of, record, scan, tree_size
from nlsh.tools.files._shares import Share, cut
from nlsh.turn import Effects, Result, Row

_LINKED = "linked"  # files of several names that a share met: device, inode, bytes


class Usage(Args):
    """Which folder."""

    path: Target | None = None


def effects(asked: Asked) -> Effects:
    """Reads the tree, or those of the rows before."""
    if asked.args.path is None and asked.kind == "files":
        return Effects(
            reads=tuple(path for path in paths_of(asked.rows, asked.scene.cwd) if not os.path.islink(path))
        )
    return Effects(reads=(asked.args.path or asked.scene.cwd,))


def run(work: Work) -> Result:
    """`value` is the total in bytes; one row per direct entry, largest first."""
    trouble = Trouble(work.progress)
    if "share" in work.facts:
        return _share(work, trouble)
    entries: list[str] = []
    for top in work.effects.reads:
        if len(work.effects.reads) == 1 and os.path.isdir(top) and not os.path.islink(top):
            try:
                entries.extend(os.path.join(top, name) for name in os.listdir(top))
            except OSError:
                trouble.unreadable.append(top)
        else:
            entries.append(top)
    rows = []
    for path in entries:
        size, _ = tree_size(path, trouble)
        try:
            rows.append(record(path, os.lstat(path), work.scene.cwd, size))
        except OSError:
            continue  # vanished while it was measured
    return _result(rows, trouble.notes())


def _result(rows: list[Row], notes: list[str]) -> Result:
    rows.sort(key=lambda row: -int(row["size"]))
    return Result("files", rows, value=sum(int(row["size"]) for row in rows), unit="bytes", notes=notes)


def split(asked: Asked) -> list[Share]:
    """Shares of a large folder."""
    tops = effects(asked).reads
    if len(tops) != 1 or not os.path.isdir(tops[0]) or os.path.islink(tops[0]):
        return []
    return cut(tops[0], hidden=True)


def _share(work: Work, trouble: Trouble) -> Result:
    """What the folders of a share add to each direct entry of the top; files of several names are told apart later."""
    top = work.effects.reads[0]
    rows: dict[str, dict[str, Any]] = {}
    start = len(top.rstrip("/")) + 1
    for folder, fd, entries, level in scan(
        top, hidden=True, depth=None, trouble=trouble, share=work.facts["share"]
    ):
        inside = os.path.join(top, folder[start:].split("/", 1)[0]) if level > 1 else ""
        row = _row(rows, inside, work.scene.cwd) if inside else None
        for entry in entries:
            try:
                status = os.stat(entry.name, dir_fd=fd, follow_symlinks=False)
            except OSError:
                continue  # vanished between the listing and the look
            plain = entry.is_file(follow_symlinks=False)
            target = row
            if target is None:  # an entry of the top itself
                target = _row(rows, os.path.join(top, entry.name), work.scene.cwd)
                plain = plain or not entry.is_dir(follow_symlinks=False)
            if plain and status.st_nlink > 1:
                target[_LINKED].append((status.st_dev, status.st_ino, status.st_size))
            elif plain:
                target["size"] += status.st_size
    return Result("files", list(rows.values()), notes=trouble.notes())


def _row(rows: dict[str, dict[str, Any]], path: str, cwd: str) -> dict[str, Any]:
    if path not in rows:
        try:
            rows[path] = {**record(path, os.lstat(path), cwd, 0), _LINKED: []}
        except OSError:  # vanished while it was measured
            return {"size": 0, _LINKED: []}
    return rows[path]


def merge(results: list[Result]) -> Result:
    """The sums of all shares; a file of several names counts once in each entry."""
    rows: dict[str, Row] = {}
    seen: dict[str, set[tuple[int, int]]] = {}
    for result in results:
        for part in result.rows or []:
            linked, size = part.pop(_LINKED), part["size"]
            row = rows.setdefault(part["path"], {**part, "size": 0})
            row["size"] += size
            known = seen.setdefault(part["path"], set())
            for device, inode, amount in linked:
                if (device, inode) not in known:
                    known.add((device, inode))
                    row["size"] += amount
    return _result(list(rows.values()), [note for result in results for note in result.notes])


TOOL = Tool(
    summary="how much space a folder takes, and what takes it",
    args=Usage,
    effects=effects,
    run=run,
    split=split,
    merge=merge,
    gives="files",
    takes=FILES,
    examples=(
        "how big is Downloads",
        "what takes up the space in here",
        "disk usage of Videos",
        "du -sh projects",
        "这个文件夹多大",
    ),
)
