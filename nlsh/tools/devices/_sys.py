"""Reading /sys and the tables of hardware names, for every tool about devices."""

import os
from functools import cache

_IDS = {
    "pci": ("/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"),
    "usb": ("/usr/share/misc/usb.ids", "/usr/share/hwdata/usb.ids", "/var/lib/usbutils/usb.ids"),
}


def text(*parts: str) -> str:
    """What a file of /sys or /proc says, without white space around; empty when it cannot be read."""
    try:
        with open(os.path.join(*parts), encoding="utf-8", errors="replace") as reader:
            return reader.read().strip()
    except OSError:
        return ""


def entries(folder: str) -> list[str]:
    """The names in a folder of /sys, sorted; none when there is no such folder."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def link(*parts: str) -> str:
    """The last part of where a link of /sys points, or nothing."""
    try:
        return os.path.basename(os.readlink(os.path.join(*parts)))
    except OSError:
        return ""


def id_tables(bus: str) -> tuple[str, ...]:
    """The tables of names that this system has, for a tool's reads."""
    return tuple(path for path in _IDS[bus] if os.path.isfile(path))


@cache
def names(path: str) -> dict[str, str]:
    """Vendor ("8086") and device ("8086:1237") names of a pci.ids or usb.ids file."""
    found: dict[str, str] = {}
    vendor = ""
    for line in text(path).splitlines():
        if not line or line[0] == "#":
            continue
        if line[0] == "C":
            break  # the classes come after the vendors
        if not line.startswith("\t"):
            vendor, _, name = line.partition("  ")
            found[vendor.lower()] = name
        elif not line.startswith("\t\t"):
            device, _, name = line.strip().partition("  ")
            found[f"{vendor}:{device}".lower()] = name
    return found
