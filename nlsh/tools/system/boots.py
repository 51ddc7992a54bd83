"""When the machine was started."""

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import iso
from nlsh.turn import Effects, Result


class Boots(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc; earlier starts are fetched outside from the journal."""
    return Effects(sees_devices=True, brokered=(("boots", ""),))


def run(work: Work) -> Result:
    """One row per start, the latest first; where no journal is kept, the present one alone."""
    rows = [{"boot": 0, "from": iso(psutil.boot_time()), "to": iso(work.scene.now)}]
    for boot in work.facts["boots"] or []:
        if boot.get("index") != 0:
            rows.append(
                {
                    "boot": boot.get("index"),
                    "from": iso(boot["first_entry"] / 1e6),
                    "to": iso(boot["last_entry"] / 1e6),
                }
            )
    return Result("records", sorted(rows, key=lambda row: -int(row["boot"] or 0)))


TOOL = Tool(
    summary="when the machine was started",
    args=Boots,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "when was the last boot",
        "list the boots",
        "when did the machine restart",
        "reboot history",
        "上次开机是什么时候",
    ),
)
