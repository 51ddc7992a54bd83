"""Permissions of files, in words or as an octal mode."""

import os
import stat
from typing import Literal

from nlsh.arguments import Args, Path, Text
from nlsh.changes import Change
from nlsh.errors import NotUnderstood
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._making import checked, run_changes, sources, writes_for
from nlsh.tools.files._modes import octal
from nlsh.turn import Effects, Result


class Permissions(Args):
    """Which files, and what may be done with them."""

    path: Path | None = None
    change: Literal["executable", "not_executable", "read_only", "writable", "private", "public"] | None = (
        None
    )
    mode: Text | None = None


def effects(asked: Asked) -> Effects:
    """One chmod per file; files that have the mode already are left out."""
    paths = checked(sources(asked, "change the permissions of"))
    changes = []
    for path in paths:
        old = stat.S_IMODE(os.lstat(path).st_mode)
        new = _mode(asked.args, old, os.path.isdir(path))
        if new != old and not os.path.islink(path):
            changes.append(Change("chmod", path, mode=new, old=old))
    return Effects(writes=writes_for(changes), changes=tuple(changes), metadata=True)


def _mode(args: Permissions, old: int, folder: bool) -> int:
    if args.mode is not None:
        mode = octal(args.mode)
        if mode > 0o777:
            raise NotUnderstood(
                "set-id and sticky bits are not set from a sentence", "use ! chmod at the prompt"
            )
        return mode
    reads = (old & 0o444) >> 2
    if args.change == "executable":
        return old | reads
    if args.change == "not_executable":
        return old & ~0o111
    if args.change == "read_only":
        return old & ~0o222
    if args.change == "writable":
        return old | 0o200
    if args.change == "private":
        return old & 0o700
    if args.change == "public":
        return old | (0o555 if folder else 0o444)
    raise NotUnderstood("which permissions?", "say executable, read only, private, or a mode such as 644")


def run(work: Work) -> Result:
    """The changes; where there are none, that it is so already."""
    if work.effects.changes:
        return run_changes(work)
    return Result("files", [], notes=["those permissions are there already"])


TOOL = Tool(
    summary="change who may read, write or run a file",
    args=Permissions,
    effects=effects,
    run=run,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "make deploy.sh executable",
        "chmod 644 index.html",
        "make secrets.txt readable only by me",
        "protect notes.txt from changes",
        "给 run.sh 执行权限",
    ),
)
