"""Where packets go: the routing table."""

import ipaddress
import socket
import struct

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result


class Routes(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc/net."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per route of IPv4 and IPv6, the default first (proc_pid_net(5))."""
    rows = []
    for line in text("/proc/net/route").splitlines()[1:]:
        name, target, gateway, _, _, _, metric, mask = line.split()[:8]
        network = ipaddress.ip_network(f"{_address(target)}/{_address(mask)}")
        rows.append(
            {
                "to": "default" if network.prefixlen == 0 else str(network),
                "through": _address(gateway) if int(gateway, 16) else "",
                "interface": name,
                "metric": int(metric),
            }
        )
    for line in text("/proc/net/ipv6_route").splitlines():
        parts = line.split()
        if parts[9] == "lo" or int(parts[8], 16) & 0x80000000:
            continue
        network6 = ipaddress.ip_address(bytes.fromhex(parts[0]))
        hop = ipaddress.ip_address(bytes.fromhex(parts[4]))
        length = int(parts[1], 16)
        rows.append(
            {
                "to": "default" if length == 0 else f"{network6}/{length}",
                "through": "" if int(hop) == 0 else str(hop),
                "interface": parts[9],
                "metric": int(parts[5], 16),
            }
        )
    rows.sort(key=lambda row: row["to"] != "default")
    return Result("records", rows, notes=[] if rows else ["there are no routes: this machine has no network"])


def _address(text: str) -> str:
    return socket.inet_ntoa(struct.pack("<I", int(text, 16)))


TOOL = Tool(
    summary="network routes and the gateway",
    args=Routes,
    effects=effects,
    run=run,
    gives="records",
    examples=("what is my gateway", "show the routing table", "ip route", "default route", "默认网关是什么"),
)
