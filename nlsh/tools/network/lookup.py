"""The addresses behind a name."""

import json

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.network._hosts import host
from nlsh.turn import Effects, Result


class Lookup(Args):
    """Which host."""

    host: Text


def effects(asked: Asked) -> Effects:
    """A brokered lookup, which policy judges by the host."""
    name = host(asked.args.host)
    return Effects(
        brokered=(("web", json.dumps({"what": "lookup", "host": name})),),
        contacts=(name,),
        title=f"look up {name}",
    )


def run(work: Work) -> Result:
    """One row per address."""
    return Result(
        "records", [{"host": host(work.args.host), "address": address} for address in work.facts["web"]]
    )


TOOL = Tool(
    summary="look up the address of a host",
    args=Lookup,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what is the ip of example.org",
        "look up localhost",
        "nslookup example.com",
        "dig example.net",
        "查一下 example.org 的 IP",
    ),
)
