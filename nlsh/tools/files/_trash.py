"""What lies in the trash, by the freedesktop.org trash specification 1.0."""

import os
from urllib.parse import unquote

from nlsh.trash import home_trash
from nlsh.turn import Row, Scene


def trash_folder(scene: Scene) -> str:
    """The home trash."""
    return os.path.realpath(home_trash(scene.home))


def trashed(folder: str) -> list[Row]:
    """One row per thing in the trash, the latest first; `place` is where it lies, `path` where it was."""
    rows: list[Row] = []
    try:
        names = os.listdir(os.path.join(folder, "info"))
    except OSError:
        return rows
    for name in names:
        place = os.path.join(folder, "files", name.removesuffix(".trashinfo"))
        try:
            with open(os.path.join(folder, "info", name), encoding="utf-8", errors="replace") as reader:
                facts = dict(line.strip().split("=", 1) for line in reader if "=" in line)
            status = os.lstat(place)
        except OSError:
            continue  # an entry without its file, or the other way round
        kind = "folder" if os.path.isdir(place) and not os.path.islink(place) else "file"
        rows.append(
            {
                "name": os.path.basename(unquote(facts.get("Path", place))), "path": unquote(facts.get("Path", "")),
                "deleted": facts.get("DeletionDate", ""), "size": status.st_size, "kind": kind, "place": place,
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: str(row["deleted"]), reverse=True)
