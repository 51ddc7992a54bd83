"""What `.gitignore` files leave out of a walk."""

import os
from collections.abc import Iterable, Iterator

from pathspec import GitIgnoreSpec

Found = tuple[str, os.stat_result, int]


def kept(top: str, found: Iterable[Found]) -> Iterator[Found]:
    """What of a walk below `top`, parents first, its `.gitignore` files do not leave out; `.git` is left out too."""
    specs = {top: _spec(top)}
    dropped: set[str] = set()
    for path, status, level in found:
        parent = os.path.dirname(path)
        if parent in dropped or os.path.basename(path) == ".git" or _ignored(top, path, specs):
            dropped.add(path)
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            specs[path] = _spec(path)
        yield path, status, level


def _spec(folder: str) -> GitIgnoreSpec | None:
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="surrogateescape") as reader:
            return GitIgnoreSpec.from_lines(reader.read(1 << 20).splitlines())
    except OSError:
        return None  # most folders have none


def _ignored(top: str, path: str, specs: dict[str, GitIgnoreSpec | None]) -> bool:
    """The nearest folder whose rules speak of `path` decides."""
    folder = os.path.dirname(path)
    slash = "/" if os.path.isdir(path) and not os.path.islink(path) else ""
    while True:
        spec = specs.get(folder)
        if spec is not None:
            said = spec.check_file(os.path.relpath(path, folder) + slash).include
            if said is not None:
                return said
        if folder == top:
            return False
        folder = os.path.dirname(folder)
