"""What an archive holds, unpacked: members that would escape or never end are refused."""

import os
import shutil
import stat
import tarfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from nlsh.arguments import Args, NewPath, Path
from nlsh.changes import Change
from nlsh.errors import Refused, ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files import _single
from nlsh.tools.files._making import missing_folders, sources, writes_for
from nlsh.tools.files._records import record
from nlsh.turn import Effects, Result

LIMIT_MEMBERS = 200_000
LIMIT_BYTES = 64 * 1024**3
LIMIT_RATIO = 400  # a bomb compresses thousandfold; text seldom more than a hundredfold
MOST = 100  # archives at once
_PART = ".nlsh-extract-part"


class Extract(Args):
    """Which archive, or those of the rows before, and where to."""

    path: Path | None = None
    to: NewPath | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    folder: bool
    size: int
    mode: int
    modified: float
    link: str | None


def inspect(work: Work) -> dict[str, Any]:
    """Each archive's top-level names and total size, after every member has passed the checks."""
    return {"packs": [_looked_into(path) for path in work.effects.reads]}


def _looked_into(path: str) -> dict[str, Any]:
    tops: dict[str, bool] = {}
    total = 0
    with _opened(path) as pack:
        for count, member in enumerate(pack.members()):
            total += member.size
            if (
                count > LIMIT_MEMBERS
                or total > LIMIT_BYTES
                or total > max(os.path.getsize(path), 4096) * LIMIT_RATIO
            ):
                raise Refused(
                    f"{path} would unpack to far more than it is", "unpack it by hand if you trust it", "bomb"
                )
            parts = _safe(member).split("/")
            tops[parts[0]] = tops.get(parts[0], False) or member.folder or len(parts) > 1
    return {"path": path, "tops": tops, "size": total}


def effects(asked: Asked) -> Effects:
    """Makes each archive's top-level entries: in the named folder, or beside the archive.

    Without a named folder, several top-level entries get a folder of their own.
    """
    paths = sources(asked, "unpack")
    if len(paths) > MOST:
        raise ToolFailed(f"{len(paths)} archives at once", f"unpack up to {MOST} at a time", "many")
    if not asked.facts:
        return Effects(reads=tuple(paths))
    changes: list[Change] = []
    for pack in asked.facts["packs"]:
        target, entries = _entries(pack, asked.args.to)
        changes += [made for made in missing_folders(target) if made not in changes]
        for entry in entries:
            if os.path.lexists(entry) or any(entry == change.path for change in changes):
                raise ToolFailed(f"{entry} is already there", "say another folder to unpack into", "exists")
            changes.append(Change("produce", entry, folder=pack["tops"][os.path.basename(entry)]))
        if entries:
            first = next(n for n, change in enumerate(changes) if change.path == entries[0])
            changes[first] = replace(changes[first], size=pack["size"])
    return Effects(reads=tuple(paths), writes=writes_for(changes), changes=tuple(changes), metadata=True)


def _entries(pack: dict[str, Any], to: str | None) -> tuple[str, list[str]]:
    """Where an archive is unpacked to, and the paths that it makes there."""
    path, tops = pack["path"], pack["tops"]
    target = to
    if target is None:
        target = os.path.dirname(path)
        if len(tops) > 1:
            target = os.path.join(target, _stem(os.path.basename(path)))
    return target, [os.path.join(target, top) for top in tops]


def run(work: Work) -> Result:
    """Unpack each into a hidden folder beside its target, then rename every entry into place."""
    made = [change.path for change in work.effects.changes if change.op == "mkdir"]
    for folder in made:
        os.mkdir(folder)
    rows, empty = [], 0
    for pack in work.facts["packs"]:
        _, entries = _entries(pack, work.args.to)
        empty += not entries
        if entries:
            _unpack_to(pack["path"], entries, work)
        rows += [record(entry, os.lstat(entry), work.scene.cwd) for entry in entries]
    what = "the archive is empty" if len(work.facts["packs"]) == 1 else f"{empty} of the archives are empty"
    return Result("files", rows, notes=[what] if empty else [], changed=len(rows) or len(made))


def _unpack_to(path: str, entries: list[str], work: Work) -> None:
    staging = os.path.join(os.path.dirname(entries[0]), _PART)
    try:
        os.mkdir(staging)
        with _opened(path) as pack:
            _unpack(pack, staging, work)
        for entry in entries:
            os.rename(os.path.join(staging, os.path.basename(entry)), entry)
    except OSError as error:
        raise ToolFailed(f"{error.filename or staging}: {(error.strerror or str(error)).lower()}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _unpack(pack: "_Pack", staging: str, work: Work) -> None:
    links: list[tuple[str, str]] = []
    left = LIMIT_BYTES
    for done, member in enumerate(pack.members()):
        place = os.path.join(staging, _safe(member))
        if member.folder:
            os.makedirs(place, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if member.link is not None:
            links.append((member.link, place))
            continue
        with pack.open(member) as reader, open(place, "xb") as writer:
            while block := reader.read(min(1 << 20, left)):
                left -= len(block)
                writer.write(block)
        os.chmod(place, (member.mode & 0o755) | 0o600)
        os.utime(place, (member.modified, member.modified))
        work.progress("unpack", done, 0)
    for goal, place in links:  # last, so that nothing is ever written through one
        os.symlink(goal, place)


def _safe(member: _Member) -> str:
    name = os.path.normpath(member.name.replace("\\", "/"))
    if member.name.startswith("/") or name.startswith("../") or name in ("..", ".") or "\0" in name:
        raise Refused(
            f"the archive holds '{member.name}', which would land outside the folder",
            "it was not unpacked",
            "escape",
        )
    if member.link is not None:
        goal = os.path.normpath(os.path.join(os.path.dirname(name), member.link))
        if member.link.startswith("/") or goal.startswith(".."):
            raise Refused(
                f"the archive holds a link out of the folder: '{member.name}'",
                "it was not unpacked",
                "escape",
            )
    return name


class _Pack:
    """One way to read zip and tar."""

    def __init__(self, handle: zipfile.ZipFile | tarfile.TarFile) -> None:
        self._handle = handle

    def __enter__(self) -> "_Pack":
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def members(self) -> Iterator[_Member]:
        if isinstance(self._handle, zipfile.ZipFile):
            for info in self._handle.infolist():
                mode = info.external_attr >> 16
                link = (
                    self._handle.read(info).decode("utf-8", "surrogateescape") if stat.S_ISLNK(mode) else None
                )
                try:
                    modified = time.mktime((*info.date_time, 0, 0, -1))
                except (ValueError, OverflowError):
                    modified = 0.0
                yield _Member(
                    info.filename, info.is_dir(), info.file_size, mode & 0o777 or 0o644, modified, link
                )
            return
        for entry in self._handle.getmembers():
            if entry.name in (".", "./"):
                continue
            if not (entry.isfile() or entry.isdir() or entry.issym()):
                raise Refused(
                    f"the archive holds '{entry.name}', a device or hard link",
                    "it was not unpacked",
                    "special",
                )
            link = entry.linkname if entry.issym() else None
            yield _Member(entry.name, entry.isdir(), entry.size, entry.mode, float(entry.mtime), link)

    def open(self, member: _Member) -> IO[bytes]:
        if isinstance(self._handle, zipfile.ZipFile):
            return self._handle.open(member.name)
        reader = self._handle.extractfile(member.name)
        assert reader is not None
        return reader


class _Single(_Pack):
    """One compressed file, seen as an archive with one member."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __exit__(self, *_: object) -> None:
        pass  # every reader is closed by itself

    def members(self) -> Iterator[_Member]:
        status = os.stat(self._path)
        limit = max(status.st_size, 4096) * LIMIT_RATIO
        size = _single.size(self._path, limit)
        yield _Member(_single.stem(self._path), False, size, status.st_mode, status.st_mtime, None)

    def open(self, member: _Member) -> IO[bytes]:
        return _single.reader(self._path)


def _opened(path: str) -> _Pack:
    try:
        if zipfile.is_zipfile(path):
            return _Pack(zipfile.ZipFile(path))
        compressed = _single.kind(path)
        if compressed == ".zst":  # tarfile itself reads it from Python 3.14 on
            stream = _single.reader(path)
            if tarfile.is_tarfile(stream):
                stream.seek(0)
                return _Pack(tarfile.open(fileobj=stream))
            return _Single(path)
        if compressed and not tarfile.is_tarfile(path):
            return _Single(path)
        return _Pack(tarfile.open(path))
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        if isinstance(error, PermissionError):
            raise ToolFailed(f"cannot read {path}") from error
        raise ToolFailed(
            f"{path} is no archive that I can read",
            "zip, tar, gz, bz2, xz and zst can be unpacked",
            "no_archive",
        ) from error


def _stem(name: str) -> str:
    for suffix in (
        ".tar.gz",
        ".tar.bz2",
        ".tar.xz",
        ".tar.zst",
        ".tzst",
        ".tgz",
        ".txz",
        ".tbz2",
        ".tar",
        ".zip",
    ):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name + ".unpacked"


TOOL = Tool(
    summary="unpack a zip or tar archive",
    args=Extract,
    effects=effects,
    run=run,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    inspect=inspect,
    examples=(
        "unzip photos.zip",
        "extract backup.tar.gz into restore",
        "unpack data.tar.xz here",
        "what came in the zip, open up bundle.zip",
        "解压 资料.zip",
    ),
)
