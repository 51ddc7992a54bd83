"""Which block device a person means."""

import os
import re

from nlsh.changes import act
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.turn import Effects


def block_device(said: str) -> str:
    """The /dev path of "sdb1", "/dev/sdb1" or of what is mounted at a place; NotUnderstood for anything else."""
    name = said.strip()
    if re.fullmatch(r"(/dev/)?[a-z]{2,8}\d*[a-z]?\d*(p\d+)?", name):
        return name if name.startswith("/dev/") else f"/dev/{name}"
    place = os.path.realpath(os.path.expanduser(name))
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as reader:
        for line in reader:
            device, mount = line.split()[:2]
            if mount == place and device.startswith("/dev/"):
                return device
    raise NotUnderstood(
        f"'{said}' is neither a device nor a place where one is mounted", "say /dev/sdb1, or the folder"
    )


def mounting(action: str, said: str, back: str | None) -> Effects:
    """One brokered act of the disk service on a device."""
    device = block_device(said)
    if device in _in_use() and action != "mount":
        raise ToolFailed(f"{device} holds the running system", "it cannot be taken away", "in_use")
    change = act(
        "mount",
        f"the device {device}",
        {"action": action, "device": device},
        {"action": back, "device": device} if back else None,
    )
    note = "" if back else "plug it in again to use it"
    return Effects(changes=(change,), undoable=back is not None, note=note, title=f"{action} {device}")


def _in_use() -> set[str]:
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as reader:
        return {
            line.split()[0]
            for line in reader
            if line.split()[1] in ("/", "/usr", "/boot", "/boot/efi", "/home", "/var")
        }
