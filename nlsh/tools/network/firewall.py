"""The firewall's rules, as far as this user may see them."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Firewall(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Fetched outside: it needs the kernel's tables, which only root may read."""
    return Effects(brokered=(("firewall", ""),))


def run(work: Work) -> Result:
    """The rules of nftables as text; where they cannot be seen, why."""
    said = work.facts["firewall"]
    if said is None:
        why = (
            "only root may read the firewall's rules: ! sudo nft list ruleset"
            if work.facts["uid"]
            else "this system has no nftables"
        )
        return Result("text", text="", notes=[why])
    return Result(
        "text",
        text=said.strip(),
        notes=[] if said.strip() else ["there are no rules: everything is let through"],
    )


TOOL = Tool(
    summary="the state of the firewall",
    args=Firewall,
    effects=effects,
    run=run,
    gives="text",
    examples=(
        "is the firewall on",
        "firewall rules",
        "iptables -L",
        "which ports does the firewall block",
        "防火墙开了吗",
    ),
)
