"""What a service has written to the journal."""

from nlsh.arguments import Args, Count, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import iso
from nlsh.tools.processes._services import present, unit
from nlsh.turn import Effects, Result


class ServiceLog(Args):
    """Which service, and how many lines."""

    name: Text
    count: Count = 50


def effects(asked: Asked) -> Effects:
    """Fetched outside: it needs the journal."""
    return Effects(brokered=(("unit_log", f"{unit(asked.args.name)} {min(asked.args.count, 10_000)}"),))


def run(work: Work) -> Result:
    """One row per line, the newest last."""
    present(work.facts["unit_log"])
    rows = [{"time": iso(row["time"]), "text": row["text"]} for row in work.facts["unit_log"]]
    return Result("records", rows, notes=[] if rows else ["it has written nothing"])


TOOL = Tool(
    summary="the log of a service",
    args=ServiceLog,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "logs of the nginx service",
        "the last 100 log lines of docker.service",
        "journalctl -u ssh",
        "what did the cups service log",
        "nginx 服务的日志",
    ),
)
