"""New names for many files by one rule: case, replaced text, numbers, dates, endings."""

import os
from datetime import datetime
from typing import Literal

from nlsh.arguments import Args, Path, Text
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool
from nlsh.tools.files._making import checked, holds_the_shell, run_changes, writes_for
from nlsh.tools.files._records import paths_of
from nlsh.turn import Effects


class RenameMany(Args):
    """Of which folder's files or rows, and the rule."""

    under: Path | None = None
    rule: Literal["lowercase", "uppercase", "underscores", "dashes", "number", "date", "no_spaces"] | None = (
        None
    )
    old: Text | None = None
    new: Text | None = None
    prefix: Text | None = None
    suffix: Text | None = None
    extension: Text | None = None


def effects(asked: Asked) -> Effects:
    """One rename per file whose name the rule changes; two that would meet are an error."""
    args: RenameMany = asked.args
    if args == RenameMany(under=args.under):
        raise NotUnderstood(
            "rename them how?", "say lower case, numbers, a prefix, or what to replace by what"
        )
    paths = checked(_files(asked))
    changes, taken = [], set(paths)
    for position, path in enumerate(paths, 1):
        name = _renamed(args, os.path.basename(path), position, path)
        if not name or "/" in name or name in (".", ".."):
            raise NotUnderstood(f"'{name}' is not a name for a file", "say it in other words")
        target = os.path.join(os.path.dirname(path), name)
        if target == path:
            continue
        same = os.path.lexists(target) and not _same_file(path, target)
        if same or target in taken:
            raise ToolFailed(f"{target} would be there twice", "choose another rule", "exists")
        if holds_the_shell(path, asked.scene):
            return Effects(deletes=(path,))
        taken.add(target)
        folder = os.path.isdir(path) and not os.path.islink(path)
        changes.append(Change("move", path, to=target, size=os.lstat(path).st_size, folder=folder))
    return Effects(
        writes=writes_for(changes), changes=tuple(changes), deletes=tuple(change.path for change in changes)
    )


def _files(asked: Asked) -> list[str]:
    if asked.args.under is None and asked.kind != "none":
        return sorted(paths_of(asked.rows, asked.scene.cwd))
    folder = asked.args.under or asked.scene.cwd
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    return [path for name in names if os.path.isfile(path := os.path.join(folder, name))]


def _same_file(one: str, other: str) -> bool:
    return os.path.samestat(os.lstat(one), os.lstat(other))  # another case on a file system without case


def _renamed(args: RenameMany, name: str, position: int, path: str) -> str:
    stem, ending = os.path.splitext(name)
    if args.rule in ("lowercase", "uppercase"):
        name = name.lower() if args.rule == "lowercase" else stem.upper() + ending
    elif args.rule in ("underscores", "dashes", "no_spaces"):
        name = (
            "_-"[args.rule == "dashes"].join(name.split())
            if args.rule != "no_spaces"
            else "".join(name.split())
        )
    elif args.rule == "number":
        name = f"{position:03d}{ending}" if args.prefix or args.suffix else f"{position:03d}-{name}"
    elif args.rule == "date":
        name = f"{datetime.fromtimestamp(os.lstat(path).st_mtime):%Y-%m-%d}-{name}"
    stem, ending = os.path.splitext(name)
    if args.old is not None:
        name = name.replace(args.old, args.new or "")
    elif args.new is not None and args.extension is None:
        name = args.new + f"-{position:03d}" + ending
    if args.prefix:
        name = args.prefix + name
    if args.suffix:
        stem, ending = os.path.splitext(name)
        name = stem + args.suffix + ending
    if args.extension:
        name = os.path.splitext(name)[0] + "." + args.extension.lstrip(".")
    return name


TOOL = Tool(
    summary="give many files new names by a rule",
    args=RenameMany,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("under", "rule", "old", "prefix", "suffix", "extension", "new"),
    examples=(
        "rename all files in photos to lower case",
        "replace IMG by holiday in the names of the files in Pictures",
        "number the files in scans",
        "put the date in front of these names",
        "把 照片 里的文件名都改成小写",
    ),
)
