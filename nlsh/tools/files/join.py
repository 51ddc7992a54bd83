"""Several files put one after the other into one."""

import os
import re

from nlsh.arguments import Args, NewPath, Path
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._making import checked, missing_folders, writes_for
from nlsh.tools.files._records import real_files, record
from nlsh.turn import Effects, Result


class Join(Args):
    """The first part (the others are found by their numbers) or two files; and the result."""

    path: Path | None = None
    other: Path | None = None
    to: NewPath | None = None


def effects(asked: Asked) -> Effects:
    """Reads the parts, makes one file."""
    args: Join = asked.args
    if args.path is None:
        if asked.kind == "none":
            raise NotUnderstood("join which files?", "name two, or find some first")
        paths = sorted(real_files(asked.rows, asked.scene.cwd))
    else:
        paths = [args.path, args.other] if args.other else _siblings(args.path)
    paths = checked(paths)
    if len(paths) < 2:
        raise NotUnderstood("one file cannot be joined with nothing", "name the others")
    stem = re.sub(r"\.(part)?\d+$", "", paths[0])
    to = args.to or (
        stem if stem != paths[0] else os.path.join(asked.scene.cwd, "joined" + os.path.splitext(paths[0])[1])
    )
    if os.path.lexists(to):
        raise ToolFailed(f"{to} is already there", "choose another name", "exists")
    size = sum(os.stat(path).st_size for path in paths)
    changes = [*missing_folders(os.path.dirname(to)), Change("produce", to, size=size)]
    return Effects(reads=tuple(paths), writes=writes_for(changes), changes=tuple(changes))


def _siblings(first: str) -> list[str]:
    match = re.fullmatch(r"(.+\.(?:part)?)(\d+)", first)
    if not match:
        return [first]
    found, number, width = [], int(match[2]), len(match[2])
    while os.path.isfile(path := f"{match[1]}{number:0{width}d}"):
        found.append(path)
        number += 1
    return found


def run(work: Work) -> Result:
    """Written in order, then put in its place."""
    for change in work.effects.changes[:-1]:
        os.mkdir(change.path)
    target = work.effects.changes[-1].path
    partial = target + ".nlsh-part"
    try:
        with open(partial, "xb") as writer:
            for number, path in enumerate(work.effects.reads, 1):
                with open(path, "rb") as reader:
                    while block := reader.read(1 << 20):
                        writer.write(block)
                work.progress("join", number, len(work.effects.reads))
        os.rename(partial, target)
    finally:
        if os.path.lexists(partial):
            os.unlink(partial)
    return Result("files", [record(target, os.lstat(target), work.scene.cwd)], changed=1)


TOOL = Tool(
    summary="put files together into one",
    args=Join,
    effects=effects,
    run=run,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "join video.mp4.001",
        "concatenate a.txt and b.txt into all.txt",
        "merge these files into one.csv",
        "put the parts together again as dump.sql",
        "把 a.txt 和 b.txt 合并成 c.txt",
    ),
)
