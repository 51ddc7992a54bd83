"""Environment variables of this shell; values of secret-looking ones are not shown."""

import re

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

_SECRET = re.compile(r"key|token|secret|passw|credential|cookie|session_id", re.IGNORECASE)


class Environment(Args):
    """Which variable; all when left out."""

    name: Text | None = None


def effects(_: Asked) -> Effects:
    """The sandbox itself has no environment: the shell's own is handed in."""
    return Effects(brokered=(("environment", ""),))


def run(work: Work) -> Result:
    """One row per variable, by name."""
    rows = []
    wanted = work.args.name.strip().lstrip("$").lower() if work.args.name else None
    for name, value in sorted(work.facts["environment"].items()):
        if wanted is None or name.lower() == wanted:
            rows.append({"name": name, "value": "(hidden)" if _SECRET.search(name) else value})
    if wanted and not rows:
        rows = [
            {"name": name, "value": "(hidden)" if _SECRET.search(name) else value}
            for name, value in sorted(work.facts["environment"].items())
            if wanted in name.lower()
        ]
    return Result("records", rows)


TOOL = Tool(
    summary="environment variables",
    args=Environment,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what is my PATH",
        "show the environment variables",
        "echo $HOME",
        "is EDITOR set",
        "环境变量 LANG 是什么",
    ),
)
