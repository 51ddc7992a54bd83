"""One folder made like another: what is missing or older there is copied."""

import os
import stat

from nlsh.arguments import Args, NewPath, Path
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool
from nlsh.tools.files._making import missing_folders, run_changes, writes_for
from nlsh.tools.files._records import Trouble, walk
from nlsh.trash import Trash
from nlsh.turn import Effects


class Sync(Args):
    """From where, to where, and whether what is only there goes."""

    path: Path
    to: NewPath
    delete: bool = False


def effects(asked: Asked) -> Effects:
    """Copies what is new or newer; what it replaces, and with `delete` what is only there, goes to the trash."""
    args: Sync = asked.args
    if not os.path.isdir(args.path):
        raise ToolFailed(f"{args.path} is not a folder", "sync two folders; copy a file", "no_folder")
    target = args.to.rstrip("/")
    if (target + "/").startswith(args.path.rstrip("/") + "/") or (args.path + "/").startswith(target + "/"):
        raise ToolFailed("one of the folders holds the other", "name two that lie apart", "into_itself")
    trash = Trash(asked.scene.home)
    changes = missing_folders(target)
    wanted = set()
    replaced: list[str] = []  # what goes to the trash takes what is below it along
    for path, status, _ in walk(args.path, hidden=True, depth=None, trouble=Trouble()):
        name = os.path.relpath(path, args.path)
        place = os.path.join(target, name)
        wanted.add(name)
        folder = stat.S_ISDIR(status.st_mode)
        below_replaced = any(place.startswith(gone + "/") for gone in replaced)
        there = os.lstat(place) if os.path.lexists(place) and not below_replaced else None
        if (
            there is not None
            and folder == stat.S_ISDIR(there.st_mode)
            and (folder or not _newer(status, there))
        ):
            continue
        if there is not None:
            replaced.append(place)
            changes.append(
                Change(
                    "trash",
                    place,
                    to=trash.place(place),
                    size=there.st_size,
                    folder=stat.S_ISDIR(there.st_mode),
                )
            )
        if folder:
            changes.append(Change("mkdir", place, folder=True))
        elif stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
            changes.append(Change("copy", path, to=place, size=status.st_size))
    if args.delete and os.path.isdir(target):
        gone: list[str] = []
        for path, status, _ in walk(target, hidden=True, depth=None, trouble=Trouble()):
            if os.path.relpath(path, target) not in wanted and not any(
                path.startswith(g + "/") for g in gone
            ):
                gone.append(path)
                folder = stat.S_ISDIR(status.st_mode)
                changes.append(
                    Change("trash", path, to=trash.place(path), size=status.st_size, folder=folder)
                )
    return Effects(reads=(args.path,), writes=writes_for(changes), changes=tuple(changes), metadata=True)


def _newer(here: os.stat_result, there: os.stat_result) -> bool:
    return here.st_size != there.st_size or int(here.st_mtime) > int(there.st_mtime)


TOOL = Tool(
    summary="make one folder like another",
    args=Sync,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    examples=(
        "sync photos to backup",
        "mirror projects to /mnt/data/projects and delete what is gone",
        "update backup from Documents",
        "rsync src to dst",
        "把 照片 同步到 备份",
    ),
)
