"""What the tools that change files share: their targets, and running a list of changes."""

import os

from nlsh.changes import Change, perform, touched_folders
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.protected import is_within
from nlsh.tool import Asked, Work, joined
from nlsh.tools.files._records import paths_of, tree_size
from nlsh.turn import Result, Row, Scene


def sources(asked: Asked, verb: str) -> list[str]:
    """The absolute paths that a changing call is about: its argument, or the rows before it."""
    path = getattr(asked.args, "path", None)
    if path:
        return [path]
    if asked.kind == "none":
        raise NotUnderstood(f"{verb} what?", "name a file or folder, or find some first")
    return list(joined(paths_of(asked.rows, asked.scene.cwd)))


def checked(paths: list[str]) -> list[str]:
    """`paths`, after a look that each is still there."""
    for path in paths:
        if not os.path.lexists(path):
            raise ToolFailed(f"{path} is not there any more", "find it again", "vanished")
    return paths


def holds_the_shell(path: str, scene: Scene) -> bool:
    """Whether `path` is, or is above, the home or the current folder: policy refuses to lose these."""
    return any((place + "/").startswith(path.rstrip("/") + "/") for place in (scene.home, scene.cwd))


def place_for(source: str, target: str, many: bool) -> str:
    """Where `source` lands when it is put to `target`: inside a folder, or under that name."""
    if os.path.isdir(target) or many or target.endswith("/") or _means_folder(source, target):
        return os.path.join(target.rstrip("/") or "/", os.path.basename(source))
    return target


def _means_folder(source: str, target: str) -> bool:
    suffix = os.path.splitext
    return bool(suffix(source)[1] and not suffix(target)[1] and os.path.isfile(source))


def placed(path: str, under: str | None, scene: Scene) -> str:
    """A new path that was said as a name, in the folder that was said beside it; others stay where they are."""
    if under is None or not is_within(path, scene.cwd):
        return path
    return os.path.join(under, os.path.relpath(path, scene.cwd))


def missing_folders(folder: str) -> list[Change]:
    """The mkdir changes that make `folder` exist, outermost first."""
    needed: list[Change] = []
    while folder and not os.path.lexists(folder):
        needed.insert(0, Change("mkdir", folder, folder=True))
        folder = os.path.dirname(folder)
    return needed


def transfers(op: str, paths: list[str], target: str, trash_place: object) -> list[Change]:
    """Changes that copy or move `paths` to `target`; what stands in the way goes to the trash first."""
    assert callable(trash_place)
    many = len(paths) > 1
    changes: list[Change] = []
    taken: set[str] = set()
    for source in paths:
        place = place_for(source, target, many)
        if place == source:
            if op == "copy" and not many:
                place = _free(place, taken)
            else:
                continue
        if (place + "/").startswith(source + "/"):
            raise ToolFailed(f"{source} cannot be put inside itself", "choose another place", "into_itself")
        if place in taken:
            place = _free(place, taken)
        taken.add(place)
        if not changes:
            changes.extend(missing_folders(os.path.dirname(place)))
        folder = os.path.isdir(source) and not os.path.islink(source)
        if os.path.lexists(place):
            if os.path.isdir(place) and not os.path.islink(place):
                raise ToolFailed(f"there is already a folder {place}", "choose another name", "exists")
            changes.append(Change("trash", place, to=trash_place(place), size=os.lstat(place).st_size))
        size = tree_size(source)[0]
        changes.append(Change("copy" if op == "copy" else "move", source, to=place, size=size, folder=folder))
    return changes


def _free(place: str, taken: set[str]) -> str:
    stem, suffix = os.path.splitext(place)
    number = 2
    while f"{stem} ({number}){suffix}" in taken or os.path.lexists(f"{stem} ({number}){suffix}"):
        number += 1
    return f"{stem} ({number}){suffix}"


def writes_for(changes: list[Change]) -> tuple[str, ...]:
    """The folders that the sandbox must open for writing so that `changes` can be made."""
    folders: list[str] = []
    made = {change.path for change in changes if change.op == "mkdir"}
    for change in changes:
        for folder in touched_folders(change):
            while folder in made:
                folder = os.path.dirname(folder)
            folders.append(folder)
    return joined(folders)


def run_changes(work: Work) -> Result:
    """Make every change of the call in order; rows tell where things are now."""
    rows: list[Row] = []
    done = 0
    total = len(work.effects.changes)
    for change in work.effects.changes:
        try:
            perform(change)
        except OSError as error:
            where = error.filename or change.path
            where = os.fsdecode(where) if isinstance(where, bytes) else str(where)
            reason = (error.strerror or "error").lower()
            before = f"; {done} of {total} changes were made before" if done else ""
            raise ToolFailed(
                f"{where}: {reason}{before}", "nlsh undo takes back what was done" if done else ""
            ) from error
        done += 1
        if done % 256 == 0:
            work.progress(change.op, done, total)
        if change.op != "mkdir" or total == 1:
            rows.append(_row(change, work.scene.cwd))
    return Result("files", rows, changed=done)


def _row(change: Change, cwd: str) -> Row:
    from nlsh.tools.files._records import record, shown

    now_at = change.path if change.op == "trash" or not change.to else change.to
    try:
        row = record(now_at, os.lstat(now_at), cwd)
    except OSError:
        row = {
            "path": shown(now_at, cwd),
            "size": change.size,
            "modified": None,
            "kind": "folder" if change.folder else "file",
        }
    if change.op in ("move", "copy"):
        row["from"] = shown(change.path, cwd)
    return row
