"""A disk or stick let go of, so that it may be unplugged."""

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._mounting import mounting
from nlsh.turn import Effects, Result


class Unmount(Args):
    """Which device, or where it is mounted; and whether it is switched off as well."""

    device: Text
    eject: bool = False


def effects(asked: Asked) -> Effects:
    """One brokered act of the disk service."""
    return (
        mounting("eject", asked.args.device, None)
        if asked.args.eject
        else mounting("unmount", asked.args.device, "mount")
    )


def run(work: Work) -> Result:
    """What the service said."""
    return Result("text", text=str(work.facts["act"]) or "done", changed=1)


TOOL = Tool(
    summary="unmount or eject a disk",
    args=Unmount,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    examples=(
        "unmount /mnt/usb",
        "eject the stick sdb",
        "safely remove /dev/sdc1",
        "umount /media/disk",
        "弹出 /dev/sdb1",
    ),
)
