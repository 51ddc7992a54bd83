"""Cameras."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result


class Cameras(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per video device."""
    base = "/sys/class/video4linux"
    rows = [{"device": f"/dev/{name}", "name": text(base, name, "name")} for name in entries(base)]
    return Result("records", rows, notes=[] if rows else ["this machine has no camera"])


TOOL = Tool(
    summary="cameras",
    args=Cameras,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "is there a camera",
        "list webcams",
        "which video devices exist",
        "is my webcam detected",
        "有摄像头吗",
    ),
)
