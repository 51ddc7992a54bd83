"""Everything that the file system knows about one or more files."""

import os
import stat

from nlsh.arguments import Args, Path
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._modes import born
from nlsh.tools.files._records import iso, paths_of, record, tree_size
from nlsh.turn import Effects, Result, Row


class Info(Args):
    """Which file or folder."""

    path: Path | None = None


def effects(asked: Asked) -> Effects:
    """Reads the named file, or those of the rows before."""
    paths = [asked.args.path] if asked.args.path else paths_of(asked.rows, asked.scene.cwd)
    if not paths and not asked.rows:
        raise NotUnderstood("information about which file?", "name it, or find files first")
    return Effects(reads=(*paths[:64], "/etc/passwd", "/etc/group"))


def run(work: Work) -> Result:
    """One row per file with owner, permissions and times beside the usual facts."""
    rows = []
    for path in work.effects.reads[:-2]:
        try:
            rows.append(_details(path, work.scene.cwd))
        except OSError as error:
            raise ToolFailed(f"cannot look at {path}: {(error.strerror or 'error').lower()}") from error
    return Result("files", rows)


def _details(path: str, cwd: str) -> Row:
    status = os.lstat(path)
    row = record(path, status, cwd)
    if row["kind"] == "folder":
        row["size"], row["files"] = tree_size(path)
    row["permissions"] = stat.filemode(status.st_mode)
    row["owner"] = _name("/etc/passwd", status.st_uid)
    row["group"] = _name("/etc/group", status.st_gid)
    row["accessed"] = iso(status.st_atime)
    if (created := born(path)) is not None:
        row["created"] = iso(created)
    row["links"] = status.st_nlink
    if row["kind"] == "link":
        row["target"] = os.readlink(path)
    return row


def _name(table: str, number: int) -> str:
    try:
        with open(table, encoding="utf-8", errors="replace") as reader:
            for line in reader:
                fields = line.split(":")
                if len(fields) > 2 and fields[2] == str(number):
                    return fields[0]
    except OSError:
        pass  # no table: the number is the name
    return str(number)


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
