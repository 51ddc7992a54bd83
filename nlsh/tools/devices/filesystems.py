"""What is mounted where, of which type, with which options."""

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result

_KERNEL = (
    "proc",
    "sysfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "securityfs",
    "debugfs",
    "tracefs",
    "mqueue",
    "bpf",
    "pstore",
    "configfs",
    "fusectl",
    "hugetlbfs",
    "devtmpfs",
    "autofs",
    "nsfs",
)


class Filesystems(Args):
    """Only those of a type, or at a place; the kernel's own are left out unless asked for."""

    name: Text | None = None
    all: bool = False


def effects(_: Asked) -> Effects:
    """Reads the mount table."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per mount."""
    rows = []
    for line in text("/proc/self/mounts").splitlines():
        device, mount, kind, options = [
            part.encode().decode("unicode_escape", "replace") for part in line.split()[:4]
        ]
        if kind in _KERNEL and not work.args.all and not work.args.name:
            continue
        if work.args.name and work.args.name.lower() not in f"{device} {mount} {kind}".lower():
            continue
        rows.append({"mount": mount, "device": device, "type": kind, "options": options})
    return Result("records", rows)


TOOL = Tool(
    summary="what is mounted where",
    args=Filesystems,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what is mounted",
        "list the mounted filesystems",
        "mount",
        "is /mnt/data mounted read-only",
        "挂载了哪些文件系统",
    ),
)
