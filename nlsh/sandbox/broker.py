"""The few facts that no child can get for itself, fetched by the shell for one validated call.

A closed list; each takes no argument and changes nothing:

sockets      listening ports with their owners: needs other processes' descriptor tables
interfaces   network interfaces: needs a netlink socket
environment  the shell's own variables: a child has none
identity     the user's id and groups, which a user namespace hides
"""

import os
import socket
from collections.abc import Callable
from typing import Any

import psutil


def _sockets() -> list[dict[str, Any]]:
    names: dict[int, tuple[str, str]] = {}
    rows = []
    for found in psutil.net_connections(kind="inet"):
        udp = found.type == socket.SOCK_DGRAM
        if not found.laddr or not (found.status == psutil.CONN_LISTEN or (udp and not found.raddr)):
            continue
        if found.pid and found.pid not in names:
            try:
                process = psutil.Process(found.pid)
                names[found.pid] = (process.name(), process.username())
            except psutil.Error:
                names[found.pid] = ("?", "?")
        name, user = names.get(found.pid or 0, (None, None))
        rows.append(
            {
                "port": found.laddr.port, "pid": found.pid, "process": name, "address": found.laddr.ip,
                "protocol": "udp" if udp else "tcp", "name": name, "user": user,
            }
        )  # fmt: skip
    return rows


def _interfaces() -> list[dict[str, Any]]:
    states = psutil.net_if_stats()
    rows = []
    for name, addresses in psutil.net_if_addrs().items():
        by_family = {
            family: [a.address for a in addresses if a.family == family]
            for family in (socket.AF_INET, socket.AF_INET6, psutil.AF_LINK)
        }
        rows.append(
            {
                "interface": name, "up": bool(states.get(name) and states[name].isup), "ipv4": " ".join(by_family[socket.AF_INET]),
                "ipv6": " ".join(by_family[socket.AF_INET6]), "mac": " ".join(by_family[psutil.AF_LINK]),
            }
        )  # fmt: skip
    return rows


_FACTS: dict[str, Callable[[], Any]] = {
    "sockets": _sockets,
    "interfaces": _interfaces,
    "environment": lambda: dict(os.environ),
}


def facts(names: tuple[str, ...]) -> dict[str, Any]:
    """The named facts; KeyError for one that is not on the list."""
    found = {name: _FACTS[name]() for name in names}
    return found | {"uid": os.getuid(), "groups": [os.getgid(), *os.getgroups()], "own_pids": [os.getpid()]}
