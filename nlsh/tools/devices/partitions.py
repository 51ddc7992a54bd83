"""The disks' partitions, mounted or not."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result


class Partitions(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys and the mount table."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per disk and partition: size, model, where it is mounted."""
    mounts = dict(
        line.split()[:2] for line in text("/proc/self/mounts").splitlines() if len(line.split()) > 1
    )
    rows = []
    for disk in entries("/sys/block"):
        if disk.startswith(("loop", "ram", "zram")) and text("/sys/block", disk, "size") == "0":
            continue
        folder = f"/sys/block/{disk}"
        rows.append(
            _row(disk, folder, "disk", mounts)
            | {"model": text(folder, "device", "model"), "removable": text(folder, "removable") == "1"}
        )
        for part in entries(folder):
            if part.startswith(disk) and text(folder, part, "partition"):
                rows.append(_row(part, f"{folder}/{part}", "partition", mounts))
    return Result("records", rows, notes=[] if rows else ["the kernel shows no disks here"])


def _row(name: str, folder: str, kind: str, mounts: dict[str, str]) -> dict[str, object]:
    return {"device": f"/dev/{name}", "kind": kind, "size": int(text(folder, "size") or 0) * 512, "mount": mounts.get(f"/dev/{name}", ""),
            "model": "", "removable": None}  # fmt: skip


TOOL = Tool(
    summary="disks and their partitions",
    args=Partitions,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "show the partitions",
        "lsblk",
        "which drives are plugged in",
        "how is the disk partitioned",
        "硬盘分区情况",
    ),
)
