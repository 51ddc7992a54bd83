"""How many bytes a folder holds, and which of its entries hold them."""

import os

from nlsh.arguments import Args, Target
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._records import Trouble, paths_of, record, tree_size
from nlsh.turn import Effects, Result


class Usage(Args):
    """Which folder."""

    path: Target | None = None


def effects(asked: Asked) -> Effects:
    """Reads the tree, or those of the rows before."""
    if asked.args.path is None and asked.kind == "files":
        return Effects(reads=tuple(paths_of(asked.rows, asked.scene.cwd)))
    return Effects(reads=(asked.args.path or asked.scene.cwd,))


def run(work: Work) -> Result:
    """`value` is the total in bytes; one row per direct entry, largest first."""
    trouble = Trouble(work.progress)
    entries: list[str] = []
    for top in work.effects.reads:
        if len(work.effects.reads) == 1 and os.path.isdir(top) and not os.path.islink(top):
            try:
                entries.extend(os.path.join(top, name) for name in os.listdir(top))
            except OSError:
                trouble.unreadable.append(top)
        else:
            entries.append(top)
    rows, total = [], 0
    for path in entries:
        size, _ = tree_size(path, trouble)
        total += size
        try:
            rows.append(record(path, os.lstat(path), work.scene.cwd, size))
        except OSError:
            continue  # vanished while it was measured
    rows.sort(key=lambda row: -int(row["size"]))
    return Result("files", rows, value=total, unit="bytes", notes=trouble.notes())


TOOL = Tool(
    summary="how much space a folder takes, and what takes it",
    args=Usage,
    effects=effects,
    run=run,
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
