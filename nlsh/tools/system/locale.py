"""Language, region, character set and keyboard of the system."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result

_FILES = (
    "/etc/default/locale",
    "/etc/locale.conf",
    "/etc/default/keyboard",
    "/etc/vconsole.conf",
    "/etc/timezone",
)


class Locale(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads the system's settings; the user's own come from the shell's environment."""
    return Effects(
        reads=tuple(os.path.realpath(path) for path in _FILES if os.path.isfile(path)),
        brokered=(("environment", ""),),
    )


def run(work: Work) -> Result:
    """One row per setting."""
    rows = [
        {"setting": name, "value": value, "from": "environment"}
        for name, value in sorted(work.facts["environment"].items())
        if name.startswith(("LC_", "LANG")) or name == "TZ"
    ]
    for path in work.effects.reads:
        for line in text(path).splitlines():
            name, found, value = line.partition("=")
            if line.strip() and not line.startswith("#"):
                rows.append(
                    {
                        "setting": name if found else "timezone",
                        "value": (value if found else line).strip().strip("\"'"),
                        "from": path,
                    }
                )
    return Result("records", rows, notes=[] if rows else ["nothing is set: the C locale"])


TOOL = Tool(
    summary="language and region settings",
    args=Locale,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which locale is set",
        "what is my timezone setting",
        "locale",
        "keyboard layout",
        "系统语言设置",
    ),
)
