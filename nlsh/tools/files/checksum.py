"""Fingerprints of files, to compare with a published one."""

import hashlib
from typing import Literal

from nlsh.arguments import Args, Target, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._reading import plain
from nlsh.tools.files._records import real_files, shown
from nlsh.turn import Effects, Result


class Checksum(Args):
    """Of which file, by which method, and what it should be."""

    path: Target | None = None
    method: Literal["sha256", "sha512", "sha1", "md5", "blake2b"] = "sha256"
    expected: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the named file, or those of the rows before."""
    paths = [asked.args.path] if asked.args.path else real_files(asked.rows, asked.scene.cwd)
    if not paths and not asked.rows:
        raise NotUnderstood("the checksum of which file?", "name it, or find files first")
    return Effects(reads=tuple(plain(path) for path in paths))


def run(work: Work) -> Result:
    """One row per file; with an expected one also whether it fits."""
    args: Checksum = work.args
    rows = []
    for path in work.effects.reads:
        with open(path, "rb") as reader:
            digest = hashlib.file_digest(reader, args.method).hexdigest()
        row = {"path": shown(path, work.scene.cwd), args.method: digest}
        if args.expected:
            row["fits"] = "yes" if digest == args.expected.strip().lower() else "no"
        rows.append(row)
    return Result("records", rows)


TOOL = Tool(
    summary="the checksum of a file",
    args=Checksum,
    effects=effects,
    run=run,
    gives="records",
    takes=FILES,
    targets=("path",),
    examples=(
        "checksum of ubuntu.iso",
        "md5 of backup.zip",
        "what is the sha512 of release.tar.gz",
        "sha256sum image.img",
        "算一下 镜像.iso 的校验和",
    ),
)
