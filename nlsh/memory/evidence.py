"""What the disk says about recorded changes: whether they happened, and whether they can be taken back.

Undo and recovery trust no state of their own; they look.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import replace

from nlsh.changes import Change, holds
from nlsh.errors import ToolFailed
from nlsh.trash import Trash

MOST_BYTES = 64 << 20


def settled(changes: list[Change]) -> tuple[Change, ...]:
    """Undo of several creations: what lies inside a folder that goes to the trash as a whole goes with it."""
    folders = [c.path for c in changes if c.op == "trash" and c.folder]
    kept = []
    for change in changes:
        inside = change.op == "trash" and any(
            change.path != f and change.path.startswith(f + "/") for f in folders
        )
        if not inside:
            kept.append(change)
    return tuple(kept)


def place_of(change: Change) -> str:
    """Where a change leaves what it is about."""
    return change.to if change.op in ("move", "copy", "trash") and change.to else change.path


def fingerprint(path: str) -> list[int]:
    """Inode, size and time of a path; empty when nothing is there."""
    try:
        status = os.lstat(path)
    except OSError:
        return []
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def took_hold(change: Change) -> bool:
    """Whether the disk shows that a change was made."""
    if change.op == "replace" and change.saved and os.path.isfile(change.path):
        return not same_bytes(change.path, change.saved)
    if change.op == "append" and os.path.isfile(change.path):
        tail = _read(change.path, change.old or 0)  # others may have written before it and after it
        return bool(tail) and (change.written in tail or change.written.startswith(tail))
    return holds(change)


def happened(changes: Iterable[Change]) -> list[Change]:
    """Those of an entry's changes that were made, in order.

    A place that one change clears and a later one fills was filled before, too: that something is there
    tells nothing of the later one unless the earlier one was made.
    """
    found: list[Change] = []
    uncleared: set[str] = set()
    for change in changes:
        held = took_hold(change) and not (
            change.op in ("copy", "move", "create", "produce", "mkdir") and place_of(change) in uncleared
        )
        if held:
            found.append(change)
        elif change.op in ("trash", "move"):
            uncleared.add(change.path)
    return found


def alone_there(change: Change) -> bool:
    """Whether nobody has written to a file since `change` did: what takes it back would take that as well."""
    if change.op == "append":
        return change.written.startswith(_read(change.path, change.old or 0))
    if change.op == "replace":
        return _read(change.path, 0) == change.written
    return True


def _read(path: str, start: int) -> bytes:
    """A file's bytes from `start` on, at most MOST_BYTES; none of one that cannot be read."""
    try:
        with open(path, "rb") as reader:
            reader.seek(start)
            return reader.read(MOST_BYTES)
    except OSError:
        return b""


def same_bytes(one: str, other: str) -> bool:
    """Whether two files hold the same."""
    try:
        with open(one, "rb") as a, open(other, "rb") as b:
            while True:
                x, y = a.read(1 << 20), b.read(1 << 20)
                if x != y:
                    return False
                if not x:
                    return True
    except OSError:
        return False


def again(change: Change, undone: dict[str, str | None], trash: Trash) -> Change:
    """`change` once more: to a fresh place in the trash, or what a tool had made back from where undo put it."""
    place = undone.get(change.path)
    if change.op == "produce" and place:
        return Change("move", place, to=change.path, size=change.size, folder=change.folder)
    return replace(change, to=trash.place(change.path)) if change.op == "trash" else change


def final(change: Change) -> bool:
    """Whether nothing takes `change` back."""
    return change.op == "erase" or (change.op == "broker" and not change.to)


def check_unmoved(change: Change, after: dict[str, list[int]], filled: set[str]) -> None:
    """ToolFailed, with the reason, when undoing `change` would lose what came after it."""
    if change.op == "broker":
        return  # the act looks for itself
    where = place_of(change)
    then, now = after.get(where), fingerprint(where)
    if not now:
        raise ToolFailed(f"{where} is not there any more", "it cannot be undone as a whole", "moved_on")
    if change.op in ("move", "trash") and change.path not in filled and os.path.lexists(change.path):
        raise ToolFailed(f"something else is now at {change.path}", "move it away, then undo", "moved_on")
    changed = then is not None and (
        then[0] != now[0] or (not change.folder and change.op != "chmod" and then[1:] != now[1:])
    )
    if changed and change.op not in ("move", "trash", "chmod"):
        raise ToolFailed(
            f"{where} has been changed since", "undoing would lose that; it was left alone", "moved_on"
        )


def sweep(changes: tuple[Change, ...]) -> None:
    """Remove the partial files that a cut-off change leaves beside its target."""
    for change in changes:
        where = place_of(change)
        folder = os.path.dirname(where)
        for partial in (
            where + ".nlsh-part",
            os.path.join(folder, f".{os.path.basename(where)[:200]}.nlsh-part"),
            os.path.join(folder, ".nlsh-extract-part"),
        ):
            if os.path.isdir(partial) and not os.path.islink(partial):
                shutil.rmtree(partial, ignore_errors=True)
            elif os.path.lexists(partial):
                os.unlink(partial)
