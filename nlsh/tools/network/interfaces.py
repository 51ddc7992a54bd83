"""Network interfaces and their addresses."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Interfaces(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """The table comes from outside the sandbox: reading it needs a socket."""
    return Effects(brokered=(("interfaces", ""),))


def run(work: Work) -> Result:
    """One row per interface."""
    return Result("records", list(work.facts["interfaces"]))


TOOL = Tool(
    summary="network interfaces and addresses",
    args=Interfaces,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what is my ip address",
        "show the network interfaces",
        "ip addr",
        "am I connected",
        "我的 IP 是多少",
    ),
)
