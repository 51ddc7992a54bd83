"""Mounted file systems with their size and free space."""

import os

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Disks(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads the mount table."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """`value` is the free bytes of the file system of the current folder; one row per disk."""
    rows = []
    seen: set[str] = set()
    for part in [*psutil.disk_partitions(all=False), *psutil.disk_partitions(all=True)]:
        if part.mountpoint in seen or not (part.device.startswith("/") or part.mountpoint == "/"):
            continue
        seen.add(part.mountpoint)
        try:
            space = os.statvfs(part.mountpoint)
        except OSError:
            continue  # a mount that this user may not look at
        total, free = space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize
        if total:
            used = total - space.f_bfree * space.f_frsize
            rows.append(
                {
                    "mount": part.mountpoint,
                    "device": part.device,
                    "type": part.fstype,
                    "total": total,
                    "used": used,
                    "free": free,
                }
            )
    here = os.statvfs(work.scene.cwd)
    return Result("records", rows, value=here.f_bavail * here.f_frsize, unit="bytes")


TOOL = Tool(
    summary="disks and their free space",
    args=Disks,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how much disk space is left",
        "is my disk full",
        "df -h",
        "list the drives",
        "硬盘还有多少空间",
    ),
)
