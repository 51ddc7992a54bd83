"""Which servers names are looked up at."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result

_FILES = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")


class Dns(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads the resolver's configuration."""
    return Effects(reads=tuple(os.path.realpath(path) for path in _FILES if os.path.isfile(path)))


def run(work: Work) -> Result:
    """One row per server or search domain (resolv.conf(5))."""
    rows = []
    for path in work.effects.reads:
        for line in text(path).splitlines():
            words = line.split()
            if len(words) > 1 and words[0] in ("nameserver", "search", "domain"):
                kind = "server" if words[0] == "nameserver" else "search domain"
                rows += [
                    {"kind": kind, "value": word}
                    for word in words[1:]
                    if {"kind": kind, "value": word} not in rows
                ]
    return Result("records", rows, notes=[] if rows else ["no name servers are set up"])


TOOL = Tool(
    summary="DNS servers",
    args=Dns,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which dns servers do I use",
        "show my nameservers",
        "cat /etc/resolv.conf",
        "dns settings",
        "DNS 服务器是什么",
    ),
)
