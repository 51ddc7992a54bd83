"""Keyboards, mice and other input devices."""

import re

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result

_KINDS = (("kbd", "keyboard"), ("mouse", "mouse"), ("js", "joystick"), ("touch", "touch"))


class Inputs(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc/bus/input/devices."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per device."""
    rows = []
    for block in text("/proc/bus/input/devices").split("\n\n"):
        name = re.search(r'^N: Name="(.*)"', block, re.MULTILINE)
        handlers = re.search(r"^H: Handlers=(.*)$", block, re.MULTILINE)
        if name:
            used = handlers[1] if handlers else ""
            rows.append(
                {"name": name[1], "kind": next((kind for mark, kind in _KINDS if mark in used), "other")}
            )
    return Result(
        "records", rows, notes=[] if rows else ["this machine has no input devices that the kernel knows of"]
    )


TOOL = Tool(
    summary="keyboards, mice and other input devices",
    args=Inputs,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which input devices are there",
        "is a mouse connected",
        "list keyboards",
        "xinput",
        "有哪些输入设备",
    ),
)
