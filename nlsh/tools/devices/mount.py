"""A disk or stick made usable."""

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._mounting import mounting
from nlsh.turn import Effects, Result


class Mount(Args):
    """Which device."""

    device: Text


def effects(asked: Asked) -> Effects:
    """One brokered act of the disk service, which chooses the place."""
    return mounting("mount", asked.args.device, "unmount")


def run(work: Work) -> Result:
    """What the service said."""
    return Result("text", text=str(work.facts["act"]), changed=1)


TOOL = Tool(
    summary="mount a disk",
    args=Mount,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    examples=(
        "mount /dev/sdb1",
        "mount the stick sdc1",
        "make /dev/sdb1 available",
        "attach the drive sdb2",
        "挂载 /dev/sdb1",
    ),
)
