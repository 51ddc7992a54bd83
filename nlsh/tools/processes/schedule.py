"""What runs by itself at set times: the user's crontab and the system's timers."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._cron import entries
from nlsh.turn import Effects, Result


class Schedule(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Fetched outside: it needs cron and the service manager."""
    return Effects(brokered=(("crontab", ""), ("timers", "")))


def run(work: Work) -> Result:
    """One row per job; where neither cron nor timers exist, that is said."""
    rows = []
    for entry in entries(work.facts["crontab"] or ""):
        rows.append({"n": entry["n"], "when": entry["when"], "what": entry["command"], "by": "cron"})
    for line in (work.facts["timers"] or "").splitlines():
        parts = line.split()
        timer = next((part for part in parts if part.endswith(".timer")), None)
        if timer:
            rows.append({"n": None, "when": " ".join(parts[:4]), "what": timer, "by": "systemd"})
    missing = work.facts["crontab"] is None and work.facts["timers"] is None
    notes = (
        ["this system has neither cron nor timers"] if missing else [] if rows else ["nothing is scheduled"]
    )
    return Result("records", rows, notes=notes)


TOOL = Tool(
    summary="what runs by itself at set times",
    args=Schedule,
    effects=effects,
    run=run,
    gives="records",
    examples=("what is scheduled", "show my cron jobs", "crontab -l", "list the timers", "有哪些定时任务"),
)
