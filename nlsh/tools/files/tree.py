"""A folder with everything below it, as a tree."""

import os

from nlsh.arguments import Args, Count, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._ignoring import kept
from nlsh.tools.files._records import Trouble, record, walk
from nlsh.turn import Effects, Result

LIMIT_ROWS = 20_000


class Tree(Args):
    """Which folder, and how deep."""

    path: Target = "."
    depth: Count | None = None
    hidden: bool = False
    not_ignored: bool = False


def effects(asked: Asked) -> Effects:
    """Reads the tree."""
    return Effects(reads=(asked.args.path,))


def run(work: Work) -> Result:
    """Rows in tree order, each with its `depth` (0 directly in the folder)."""
    args: Tree = work.args
    trouble = Trouble(work.progress)
    found = walk(args.path, hidden=args.hidden, depth=args.depth, trouble=trouble)
    below: dict[str, list[tuple[str, os.stat_result]]] = {}
    count = 0
    for path, status, _ in kept(args.path, found) if args.not_ignored else found:
        below.setdefault(os.path.dirname(path), []).append((path, status))
        count += 1
        if count >= LIMIT_ROWS:
            break
    rows = []
    pending = [(entry, 0) for entry in reversed(below.get(args.path, []))]
    while pending:
        (path, status), depth = pending.pop()
        rows.append({**record(path, status, work.scene.cwd), "name": os.path.basename(path), "depth": depth})
        pending.extend((entry, depth + 1) for entry in reversed(below.get(path, [])))
    notes = [f"only the first {LIMIT_ROWS} are shown"] if count >= LIMIT_ROWS else []
    return Result("files", rows, notes=[*notes, *trouble.notes()])


TOOL = Tool(
    summary="a folder and what is below it, as a tree",
    args=Tree,
    effects=effects,
    run=run,
    gives="files",
    examples=(
        "show src as a tree",
        "tree of this project, two levels deep",
        "what does the folder structure look like",
        "tree -L 2",
        "用树状图显示 项目",
    ),
)
