"""The limits that this user's programs run under."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Limits(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Fetched outside: a child of the sandbox has narrower ones."""
    return Effects(brokered=(("limits", ""),))


def run(work: Work) -> Result:
    """One row per limit: what it is now, and how far it may be raised (getrlimit(2))."""
    rows = [
        {"limit": name, "now": _shown(now), "at most": _shown(most)}
        for name, (now, most) in sorted(work.facts["limits"].items())
    ]
    return Result("records", rows)


def _shown(value: int) -> str:
    return "unlimited" if value < 0 or value >= 2**62 else str(value)


TOOL = Tool(
    summary="the limits that my programs run under",
    args=Limits,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "ulimit -a",
        "how many files may I open",
        "what are my resource limits",
        "how many processes may I start",
        "我的资源限制",
    ),
)
