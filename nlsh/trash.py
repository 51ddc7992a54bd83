"""Where deleted things go: the user's trash, as the freedesktop.org specification lays it out.

The home trash serves its own file system; others get `.Trash-UID` at their top, so
that putting something into the trash is always one rename.
"""

import os
from collections.abc import Iterable


def home_trash(home: str) -> str:
    """The folder of the home trash (XDG_DATA_HOME/Trash)."""
    base = os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    return os.path.join(base, "Trash")


class Trash:
    """Gives each path a free place in a trash folder; two paths never get the same one."""

    def __init__(self, home: str) -> None:
        self._home = home_trash(home)
        self._given: set[str] = set()

    def place(self, path: str) -> str:
        """A free absolute path below `…/files/` for `path`."""
        files = os.path.join(self._folder(path), "files")
        stem, dot, suffix = os.path.basename(path).partition(".")
        if not stem:
            stem, dot, suffix = os.path.basename(path), "", ""
        number = 1
        while True:
            name = f"{stem}{dot}{suffix}" if number == 1 else f"{stem}.{number}{dot}{suffix}"
            place = os.path.join(files, name[-240:])
            info = os.path.join(os.path.dirname(files), "info", os.path.basename(place) + ".trashinfo")
            if place not in self._given and not os.path.lexists(place) and not os.path.lexists(info):
                self._given.add(place)
                return place
            number += 1

    def _folder(self, path: str) -> str:
        device = _device(os.path.dirname(path))
        if device is None or device == _device(self._home):
            return self._home
        top = os.path.dirname(path)
        while top != "/" and _device(os.path.dirname(top)) == device:
            top = os.path.dirname(top)
        return os.path.join(top, f".Trash-{os.getuid()}") if os.access(top, os.W_OK) else self._home


def _device(path: str) -> int | None:
    """The device of `path` or of its nearest ancestor that exists."""
    while True:
        try:
            return os.stat(path).st_dev
        except OSError:
            if path in ("/", ""):
                return None
            path = os.path.dirname(path)


def make_ready(places: Iterable[str]) -> None:
    """Create the `files` and `info` folders that the given trash places need, private to the user."""
    for folder in {os.path.dirname(place) for place in places}:
        for needed in (folder, os.path.join(os.path.dirname(folder), "info")):
            os.makedirs(needed, mode=0o700, exist_ok=True)
