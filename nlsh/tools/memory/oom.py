"""Processes that the kernel ended for want of memory."""

import re

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Oom(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads the counters of /proc; the kernel's messages are fetched outside."""
    return Effects(sees_devices=True, brokered=(("dmesg", ""),))


def run(work: Work) -> Result:
    """One row per event; `value` is how many the kernel has counted since the boot."""
    rows = []
    for line in (work.facts["dmesg"] or "").splitlines():
        match = re.search(r"Killed process (\d+) \(([^)]*)\)", line)
        if match:
            stamp = re.match(r"\[\s*([\d.]+)\]", line)
            rows.append(
                {
                    "seconds after boot": float(stamp[1]) if stamp else None,
                    "name": match[2],
                    "pid": int(match[1]),
                }
            )
    counted = None
    with open("/proc/vmstat", encoding="ascii") as reader:
        for line in reader:
            if line.startswith("oom_kill "):
                counted = int(line.split()[1])
    notes = [] if rows or counted else ["nothing was ended for want of memory since the boot"]
    return Result(
        "records", rows, value=counted if counted is not None else len(rows), unit="count", notes=notes
    )


TOOL = Tool(
    summary="processes that were ended for want of memory",
    args=Oom,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "did the oom killer strike",
        "which processes ran out of memory",
        "oom events",
        "was anything killed because memory ran out",
        "有进程因内存不足被杀吗",
    ),
)
