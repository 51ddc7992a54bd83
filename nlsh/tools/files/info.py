"""Everything that the file system knows about one or more files."""

import json
import os
import stat

from nlsh.arguments import Args, Path
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._modes import born
from nlsh.tools.files._records import iso, paths_of, reads_of, record, tree_size
from nlsh.turn import Effects, Result, Row, Scene

MOST = 64


class Info(Args):
    """Which file or folder."""

    path: Path | None = None


def effects(asked: Asked) -> Effects:
    """Reads the named file, or those of the rows before."""
    paths = _paths(asked.args, asked.rows, asked.scene)
    if not paths and not asked.rows:
        raise NotUnderstood("information about which file?", "name it, or find files first")
    return Effects(reads=reads_of(paths), brokered=(("owners", json.dumps(paths)),))


def _paths(args: Info, rows: list[Row], scene: Scene) -> list[str]:
    return [args.path] if args.path else paths_of(rows, scene.cwd)[:MOST]


def run(work: Work) -> Result:
    """One row per file with owner, permissions and times beside the usual facts."""
    rows = []
    paths = _paths(work.args, work.rows, work.scene)
    for path, (user, group) in zip(paths, work.facts["owners"], strict=True):
        try:
            rows.append(_details(path, work.scene.cwd, user, group))
        except OSError as error:
            raise ToolFailed(f"cannot look at {path}: {(error.strerror or 'error').lower()}") from error
    return Result("files", rows)


def _details(path: str, cwd: str, user: str, group: str) -> Row:
    status = os.lstat(path)
    row = record(path, status, cwd)
    if row["kind"] == "folder":
        row["size"], row["files"] = tree_size(path)
    row["permissions"] = stat.filemode(status.st_mode)
    row["owner"], row["group"] = user, group
    row["accessed"] = iso(status.st_atime)
    if (created := born(path)) is not None:
        row["created"] = iso(created)
    row["links"] = status.st_nlink
    if row["kind"] == "link":
        row["target"] = os.readlink(path)
    return row


TOOL = Tool(
    summary="size, owner, permissions and dates of a file or folder",
    args=Info,
    effects=effects,
    run=run,
    gives="files",
    takes=FILES,
    targets=("path",),
    examples=(
        "details of report.pdf",
        "when was notes.txt last changed",
        "who owns backup.tar",
        "permissions of deploy.sh",
        "这个文件 a.txt 多大",
    ),
)
