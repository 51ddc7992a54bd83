"""The address under which the outside sees this machine."""

import json
from urllib.parse import urlsplit

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

SERVICE = "https://api.ipify.org/"


class PublicAddress(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """A brokered request to a service that tells it, which policy judges by its host."""
    wanted = json.dumps({"what": "public_address", "url": SERVICE})
    return Effects(
        brokered=(("web", wanted),),
        contacts=(urlsplit(SERVICE).hostname or "",),
        title=f"ask {SERVICE} for your address",
    )


def run(work: Work) -> Result:
    """The address."""
    return Result("text", text=str(work.facts["web"]))


TOOL = Tool(
    summary="the address under which the outside sees this machine",
    args=PublicAddress,
    effects=effects,
    run=run,
    gives="text",
    examples=(
        "what is my public ip",
        "my external address",
        "what ip does the internet see",
        "curl ifconfig.me",
        "我的公网 IP",
    ),
)
