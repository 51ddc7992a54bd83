"""Files and folders packed into one archive: zip, or tar with gzip, bzip2, xz or zstandard."""

import os
import tarfile
import zipfile
from contextlib import ExitStack

from nlsh.arguments import Args, NewPath, Path
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._making import checked, sources, writes_for
from nlsh.tools.files._records import Trouble, record, tree_size, walk
from nlsh.tools.files._single import SUFFIXES, compress, opener
from nlsh.turn import Effects, Result

_MODES = {
    ".zip": "",
    ".tar": "w:",
    ".tar.gz": "w:gz",
    ".tgz": "w:gz",
    ".tar.bz2": "w:bz2",
    ".tar.xz": "w:xz",
    ".txz": "w:xz",
    ".tar.zst": "zst",
    ".tzst": "zst",
}


class Archive(Args):
    """What to pack, and the archive to make."""

    path: Path | None = None
    to: NewPath | None = None


def effects(asked: Asked) -> Effects:
    """Reads the sources and makes one file; without a name it is called after the source."""
    paths = checked(sources(asked, "archive"))
    if not paths:
        return Effects()
    target = asked.args.to or (
        paths[0].rstrip("/") if len(paths) == 1 else os.path.join(asked.scene.cwd, "archive")
    )
    if os.path.isdir(target) and asked.args.to:
        target = os.path.join(target, os.path.basename(paths[0]) if len(paths) == 1 else "archive")
    single = target.lower().endswith(SUFFIXES) and len(paths) == 1 and os.path.isfile(paths[0])
    if not target.lower().endswith(tuple(_MODES)) and not single:
        target += ".zip"
    if os.path.lexists(target):
        raise ToolFailed(f"{target} is already there", "choose another name", "exists")
    change = Change("produce", target, size=sum(tree_size(path)[0] for path in paths))
    return Effects(reads=tuple(paths), writes=writes_for([change]), changes=(change,))


def run(work: Work) -> Result:
    """Write beside the target, then rename; links go in as links, devices not at all."""
    if not work.effects.changes:
        return Result("files", [])
    target = work.effects.changes[0].path
    partial = target + ".nlsh-part"
    suffix = next((s for s in sorted(_MODES, key=len, reverse=True) if target.lower().endswith(s)), None)
    try:
        if suffix is None:
            compress(work.effects.reads[0], partial)
            count = 1
        elif suffix == ".zip":
            count = _zip(partial, work)
        else:
            count = _tar(partial, _MODES[suffix], work)
        os.rename(partial, target)
    except OSError as error:
        raise ToolFailed(f"{error.filename or target}: {(error.strerror or str(error)).lower()}") from error
    finally:
        if os.path.lexists(partial):
            os.unlink(partial)
    row = record(target, os.lstat(target), work.scene.cwd)
    return Result("files", [row], notes=[f"{count} items packed"], changed=1)


def _members(work: Work) -> list[tuple[str, str]]:
    found = []
    for source in work.effects.reads:
        base = os.path.dirname(source)
        found.append((source, os.path.basename(source)))
        if os.path.isdir(source) and not os.path.islink(source):
            below = walk(source, hidden=True, depth=None, trouble=Trouble())
            found.extend((path, os.path.relpath(path, base)) for path, _, _ in below)
    return [
        (path, name)
        for path, name in found
        if os.path.isfile(path) or os.path.isdir(path) or os.path.islink(path)
    ]


def _zip(partial: str, work: Work) -> int:
    members = _members(work)
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as pack:
        for done, (path, name) in enumerate(members):
            if not os.path.islink(path):
                pack.write(path, name)
            work.progress("pack", done, len(members))
    return len(members)


def _tar(partial: str, mode: str, work: Work) -> int:
    members = _members(work)
    with ExitStack() as stack:
        if mode == "zst":
            stream = stack.enter_context(opener(".zst")(partial, "wb"))
            pack = stack.enter_context(tarfile.open(fileobj=stream, mode="w"))
        else:
            pack = stack.enter_context(tarfile.open(partial, mode))  # type: ignore[call-overload]
        for done, (path, name) in enumerate(members):
            pack.add(path, name, recursive=False)
            work.progress("pack", done, len(members))
    return len(members)


TOOL = Tool(
    summary="pack files or folders into a zip or tar archive",
    args=Archive,
    effects=effects,
    run=run,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "zip the photos folder",
        "compress src into src.tar.gz",
        "make an archive of Documents called docs.zip",
        "tar up logs",
        "把 项目 打包成 项目.zip",
    ),
)
