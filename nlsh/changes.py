"""Changes to the file system: what they are, how to make them, and how to take them back.

Every tool that changes files states beforehand the exact list of changes; the
journal writes that list down, the sandboxed child performs it, the disk is then
looked at, and undo performs the inverses. There is one code path for all of them.
"""

import ctypes
import errno
import json
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Op = Literal[
    "mkdir", "create", "replace", "append", "move", "copy", "trash", "chmod", "restore", "produce", "truncate",
    "symlink", "erase", "broker",
]  # fmt: skip

_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one path.

    path   what changes (for move, copy and trash: the source)
    to     where it goes (move, copy; for trash: the place in the trash; restore: unused)
    text   what is written (create, replace, append), where a link points (symlink), or the act (broker)
    mode   permission bits afterwards (chmod)
    old    permission bits before (chmod), or the size in bytes before (append)
    saved  where the bytes that replace overwrote were put aside, and restore takes them from
    size   bytes concerned, for the preview and for undo's check
    folder whether the path is a folder

    produce names a path that the tool itself makes (an archive, what one holds). erase ends
    something that is in the trash for good. broker is an act of the closed list in
    sandbox/acts.py, on something that is no file: `text` is the act, `to` the one that takes
    it back, both in JSON; `path` names what it is done to.
    """

    op: Op
    path: str
    to: str | None = None
    text: str | None = None
    mode: int | None = None
    old: int | None = None
    saved: str | None = None
    size: int = 0
    folder: bool = False

    @property
    def written(self) -> bytes:
        """What is written, as bytes."""
        return (self.text or "").encode("utf-8", "surrogateescape")

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready record without empty fields."""
        values = ((name, getattr(self, name)) for name in _FIELDS)
        return {name: value for name, value in values if value is not None and value is not False}


_FIELDS = tuple(field.name for field in fields(Change))


def from_dict(record: dict[str, Any]) -> Change:
    """The change that `as_dict` recorded."""
    return Change(**record)


def act(name: str, what: str, given: dict[str, Any], back: dict[str, Any] | None) -> Change:
    """The change that does act `name` to `what`, and with which arguments it is taken back."""
    return Change(
        "broker",
        what,
        text=json.dumps({"act": name, **given}),
        to=json.dumps({"act": name, **back}) if back else None,
    )


def touched_folders(change: Change) -> tuple[str, ...]:
    """The folders in which entries appear, vanish or are rewritten when `change` is made."""
    if change.op == "broker":
        return ()
    folders = [os.path.dirname(change.path)]
    if change.op == "erase":
        folders.append(os.path.dirname(_trash_info(change.path)))
    if change.op == "chmod":
        folders = [change.path]
    if change.to:
        folders.append(os.path.dirname(change.to))
        if change.op == "trash":
            folders.append(os.path.join(os.path.dirname(os.path.dirname(change.to)), "info"))
    if change.op == "move" and _in_trash(change.path):
        folders.append(os.path.dirname(_trash_info(change.path)))
    return tuple(folders)


def perform(change: Change) -> None:
    """Make `change`, never replacing anything that it does not name; OSError when it cannot be."""
    _PERFORM[change.op](change)


def holds(change: Change) -> bool:
    """Whether the disk looks as `change` leaves it."""
    if change.op == "broker":
        return True  # the act itself looks whether it took hold, and fails when it did not
    if change.op == "erase":
        return not os.path.lexists(change.path)
    if change.op == "symlink":
        return os.path.islink(change.path) and os.readlink(change.path) == change.text
    if change.op == "move":
        return change.to is not None and os.path.lexists(change.to) and not os.path.lexists(change.path)
    if change.op in ("copy", "trash"):  # what is trashed may be replaced at once by what was moved there
        return change.to is not None and os.path.lexists(change.to)
    if change.op == "chmod":
        return os.path.lexists(change.path) and stat.S_IMODE(os.lstat(change.path).st_mode) == change.mode
    if change.op == "mkdir":
        return os.path.isdir(change.path)
    if change.op == "produce":
        return os.path.lexists(change.path)
    if not os.path.lexists(change.path):
        return False
    size = os.lstat(change.path).st_size
    if change.op in ("create", "replace"):
        return size == len(change.written)
    if change.op == "append":
        return size >= (change.old or 0) + len(change.written)
    return size == change.size


def inverse(change: Change, trash: Callable[[str], str]) -> Change | None:
    """The change that takes `change` back; `trash` gives a free place in the trash for a path.

    None when there is nothing left to take back. What undo would destroy goes to
    the trash instead, so that taking back loses nothing either.
    """
    if change.op in ("move", "trash") and change.to:
        return Change("move", change.to, to=change.path, size=change.size, folder=change.folder)
    if change.op == "broker":
        return Change("broker", change.path, to=change.text, text=change.to) if change.to else None
    if change.op in ("mkdir", "create", "produce", "symlink"):
        return Change("trash", change.path, to=trash(change.path), folder=change.folder)
    if change.op == "copy" and change.to:
        return Change("trash", change.to, to=trash(change.to), folder=change.folder)
    if change.op == "chmod":
        return replace(change, mode=change.old, old=change.mode)
    if change.op == "replace" and change.saved:
        return Change("restore", change.path, saved=change.saved, size=change.old or 0)
    if change.op == "append":
        return Change("truncate", change.path, text=change.text, old=change.old, size=change.old or 0)
    return None


def relocate(source: str, target: str) -> None:
    """Rename without ever replacing; across file systems copy, flush, then remove the source."""
    try:
        _rename_noreplace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target + ".nlsh-part"
        _copy_tree(source, partial)
        _rename_noreplace(partial, target)
        if os.path.isdir(source) and not os.path.islink(source):
            shutil.rmtree(source)
        else:
            os.unlink(source)


def _rename_noreplace(source: str, target: str) -> None:
    code = _libc.renameat2(
        _AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), ctypes.c_uint(_RENAME_NOREPLACE)
    )
    if code == 0:
        return
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):  # file systems without the flag (some network ones)
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        os.rename(source, target)
        return
    raise OSError(number, os.strerror(number), source, None, target)


def _copy_tree(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
    elif os.path.isdir(source):
        os.mkdir(target)
        for entry in os.scandir(source):
            _copy_tree(entry.path, os.path.join(target, entry.name))
        _copy_stat(source, target)
    elif os.path.isfile(source):
        with open(source, "rb") as reader, open(target, "xb") as writer:
            shutil.copyfileobj(reader, writer, 1024 * 1024)
            writer.flush()
            os.fsync(writer.fileno())
        _copy_stat(source, target)
    else:
        raise OSError(errno.EINVAL, "is a device, socket or pipe and is not copied", source)


def _copy_stat(source: str, target: str) -> None:
    try:
        shutil.copystat(source, target, follow_symlinks=False)
    except PermissionError:
        pass  # extended attributes that this user may not set; mode and times came first


def _put_file(path: str, text: str, mode: int, *, replace_existing: bool) -> None:
    partial = os.path.join(os.path.dirname(path), f".{os.path.basename(path)[:200]}.nlsh-part")
    previous = os.umask(0)
    try:
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    finally:
        os.umask(previous)
    try:
        with os.fdopen(fd, "wb") as writer:
            writer.write(text.encode("utf-8", "surrogateescape"))
            writer.flush()
            os.fsync(writer.fileno())
        if replace_existing:
            os.rename(partial, path)
        else:
            _rename_noreplace(partial, path)
    except BaseException:
        if os.path.lexists(partial):
            os.unlink(partial)
        raise


def _mkdir(change: Change) -> None:
    os.mkdir(change.path)


def _create(change: Change) -> None:
    _put_file(change.path, change.text or "", change.mode or 0o644, replace_existing=False)


def _replace(change: Change) -> None:
    mode = stat.S_IMODE(os.lstat(change.path).st_mode)
    _put_file(change.path, change.text or "", mode, replace_existing=True)


def _append(change: Change) -> None:
    fd = os.open(change.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    with os.fdopen(fd, "ab") as writer:
        writer.write(change.written)
        writer.flush()
        os.fsync(writer.fileno())


def _move(change: Change) -> None:
    assert change.to is not None
    relocate(change.path, change.to)
    _forget_trash_info(change.path)


def _copy(change: Change) -> None:
    assert change.to is not None
    if os.path.lexists(change.to):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), change.to)
    partial = change.to + ".nlsh-part"
    try:
        _copy_tree(change.path, partial)
        _rename_noreplace(partial, change.to)
    except BaseException:
        _remove_partial(partial)
        raise


def _remove_partial(partial: str) -> None:
    if os.path.isdir(partial) and not os.path.islink(partial):
        shutil.rmtree(partial, ignore_errors=True)
    elif os.path.lexists(partial):
        os.unlink(partial)


def _trash(change: Change) -> None:
    """Into the trash as the freedesktop.org trash specification 1.0 says: info first, then the rename."""
    from datetime import datetime
    from urllib.parse import quote

    assert change.to is not None
    info = _trash_info(change.to)
    when = datetime.now().strftime("%Y-%m-%dT%H:%M:%S")
    original = quote(os.fsencode(change.path))
    with open(info, "x", encoding="ascii") as writer:
        writer.write(f"[Trash Info]\nPath={original}\nDeletionDate={when}\n")
    try:
        relocate(change.path, change.to)
    except BaseException:
        os.unlink(info)
        raise


def _trash_info(place: str) -> str:
    base = os.path.dirname(os.path.dirname(place))
    return os.path.join(base, "info", os.path.basename(place) + ".trashinfo")


def _forget_trash_info(source: str) -> None:
    if _in_trash(source):
        os.unlink(_trash_info(source))


def _in_trash(path: str) -> bool:
    return os.path.basename(os.path.dirname(path)) == "files" and os.path.lexists(_trash_info(path))


def _chmod(change: Change) -> None:
    assert change.mode is not None
    if os.path.islink(change.path):
        raise OSError(errno.EINVAL, "is a link; its permissions are those of its target", change.path)
    os.chmod(change.path, change.mode)


def _restore(change: Change) -> None:
    assert change.saved is not None
    mode = stat.S_IMODE(os.lstat(change.path).st_mode)
    with open(change.saved, "rb") as reader:
        text = reader.read().decode("utf-8", "surrogateescape")
    _put_file(change.path, text, mode, replace_existing=True)


def _truncate(change: Change) -> None:
    assert change.old is not None
    fd = os.open(change.path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        if change.text is not None and os.fstat(fd).st_size > change.old + len(change.written):
            raise OSError(errno.EBUSY, "others have written to it since", change.path)
        os.ftruncate(fd, change.old)
        os.fsync(fd)
    finally:
        os.close(fd)


def _symlink(change: Change) -> None:
    os.symlink(change.text or "", change.path)


def _erase(change: Change) -> None:
    if os.path.isdir(change.path) and not os.path.islink(change.path):
        shutil.rmtree(change.path)
    else:
        os.unlink(change.path)
    if os.path.lexists(_trash_info(change.path)):
        os.unlink(_trash_info(change.path))


def _done_outside(_: Change) -> None:
    """A brokered act has been done by the time that the child runs."""


_PERFORM: dict[str, Callable[[Change], None]] = {
    "mkdir": _mkdir,
    "create": _create,
    "replace": _replace,
    "append": _append,
    "move": _move,
    "copy": _copy,
    "trash": _trash,
    "chmod": _chmod,
    "restore": _restore,
    "truncate": _truncate,
    "symlink": _symlink,
    "erase": _erase,
    "broker": _done_outside,
}
