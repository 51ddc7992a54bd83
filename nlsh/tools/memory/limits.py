"""How much memory this user, and the group that nlsh runs in, may have."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Limits(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads the control groups; the limits of the shell itself are fetched outside: a child has its own."""
    return Effects(sees_devices=True, brokered=(("limits", ""),))


def run(work: Work) -> Result:
    """One row per limit; what is unlimited says so."""
    rows = []
    for name in ("as", "data", "rss", "stack", "memlock"):
        if name in work.facts["limits"]:
            now, most = work.facts["limits"][name]
            rows.append({"limit": name, "now": _shown(now), "at most": _shown(most), "from": "the user"})
    for name in ("memory.max", "memory.high", "memory.swap.max", "memory.current"):
        text = _group(name)
        if text:
            rows.append({"limit": name, "now": text, "at most": "", "from": "the control group"})
    return Result("records", rows)


def _shown(value: int) -> str:
    return "unlimited" if value < 0 or value >= 2**62 else str(value)


def _group(name: str) -> str:
    try:
        with open(os.path.join("/sys/fs/cgroup", name), encoding="ascii") as reader:
            return reader.read().strip().replace("max", "unlimited")
    except OSError:
        return ""


TOOL = Tool(
    summary="how much memory may be used",
    args=Limits,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "memory limits",
        "is there a memory limit for me",
        "cgroup memory limit",
        "ulimit for memory",
        "内存限制是多少",
    ),
)
