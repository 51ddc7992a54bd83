"""The content of text files: whole, or their first or last lines. Of an archive, what it holds."""

import os

from nlsh.arguments import Args, Count, Target
from nlsh.errors import NotUnderstood
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._archives import is_archive, members
from nlsh.tools.files._reading import read_text
from nlsh.tools.files._records import Trouble, listing, real_files
from nlsh.turn import Effects, Result


class Read(Args):
    """Which file, and how much of it."""

    path: Target | None = None
    first: Count | None = None
    last: Count | None = None


def effects(asked: Asked) -> Effects:
    """Reads the named file, or those of the rows before."""
    paths = [asked.args.path] if asked.args.path else real_files(asked.rows, asked.scene.cwd)
    if not paths and not asked.kind == "files":
        raise NotUnderstood("read which file?", "name it, or find files first")
    return Effects(reads=tuple(paths[:64]))


def run(work: Work) -> Result:
    """The text; of several files one after the other, each under its name."""
    args: Read = work.args
    paths = work.effects.reads
    if len(paths) == 1 and os.path.isdir(paths[0]):
        trouble = Trouble()
        return Result(
            "files", listing(paths[0], work.scene, hidden=False, trouble=trouble), notes=trouble.notes()
        )
    if not paths:
        return Result("text", text="")
    if len(paths) == 1 and is_archive(paths[0]):
        return members(paths[0])
    if len(paths) == 1:
        return read_text(paths[0], args.first, args.last)
    parts = [f"==> {path} <==\n{read_text(path, args.first, args.last).text}" for path in paths]
    return Result("text", text="\n".join(parts))


TOOL = Tool(
    summary="show what a text file says",
    args=Read,
    effects=effects,
    run=run,
    gives="text",
    takes=FILES,
    targets=("path",),
    examples=(
        "read notes.txt",
        "the first 20 lines of server.log",
        "cat README.md",
        "the end of app.log",
        "打开 说明.txt 看看",
    ),
)
