"""How much the disks read and write."""

import time

import psutil

from nlsh.arguments import Args, Duration
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Activity(Args):
    """Over how long."""

    time: Duration = 1.0


def effects(_: Asked) -> Effects:
    """Reads /proc and /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per disk: bytes a second over the time."""
    before = psutil.disk_io_counters(perdisk=True) or {}
    begun = time.monotonic()
    time.sleep(work.args.time)
    took = time.monotonic() - begun
    rows = []
    for name, now in (psutil.disk_io_counters(perdisk=True) or {}).items():
        was = before.get(name, now)
        read, written = (now.read_bytes - was.read_bytes) / took, (now.write_bytes - was.write_bytes) / took
        rows.append(
            {
                "device": name,
                "read": int(read),
                "written": int(written),
                "operations": round(
                    (now.read_count - was.read_count + now.write_count - was.write_count) / took, 1
                ),
            }
        )
    rows.sort(key=lambda row: -(int(row["read"]) + int(row["written"])))
    return Result("records", rows, notes=[] if rows else ["the kernel shows no disks here"])


TOOL = Tool(
    summary="how much the disks read and write",
    args=Activity,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "disk activity",
        "is the disk busy",
        "iostat",
        "how fast is the disk writing right now",
        "硬盘读写速度",
    ),
)
