"""How long work waits for memory, processor or disk (pressure stall information)."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Pressure(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc/pressure."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """Percent of the time in which some or all work was held up, over 10, 60 and 300 seconds (Linux accounting/psi.rst)."""
    rows = []
    for what in ("memory", "cpu", "io"):
        try:
            with open(f"/proc/pressure/{what}", encoding="ascii") as reader:
                for line in reader:
                    share, *fields = line.split()
                    values = dict(field.split("=") for field in fields)
                    rows.append(
                        {
                            "of": what,
                            "held up": share,
                            **{f"{s} s": float(values[f"avg{s}"]) for s in (10, 60, 300)},
                        }
                    )
        except OSError:
            continue
    return Result("records", rows, notes=[] if rows else ["this kernel does not tell pressure"])


TOOL = Tool(
    summary="how long work waits for memory, processor and disk",
    args=Pressure,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "memory pressure",
        "is the machine short of memory",
        "is anything stalling",
        "psi",
        "内存压力大吗",
    ),
)
