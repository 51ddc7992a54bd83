"""The commands that were started in the background."""

from typing import Literal

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import iso
from nlsh.turn import Effects, Result


class Jobs(Args):
    """All, or those in one state."""

    state: Literal["running", "done", "failed"] | None = None


def effects(_: Asked) -> Effects:
    """Fetched outside: they are nlsh's own state."""
    return Effects(brokered=(("jobs", ""),))


def run(work: Work) -> Result:
    """One row per job, the oldest first."""
    rows = []
    for job in work.facts["jobs"]:
        if work.args.state and job["state"] != work.args.state:
            continue
        rows.append(
            {
                "job": job["job"], "state": job["state"], "pid": job["pid"], "name": job["command"].split()[0], "command": job["command"],
                "started": iso(job["begun"]), "ended": iso(job["ended"]) if job["ended"] else None, "status": job["status"],
            }
        )  # fmt: skip
    return Result("processes", rows, notes=[] if rows else ["there are no jobs"])


TOOL = Tool(
    summary="commands that run in the background",
    args=Jobs,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "jobs",
        "what is running in the background",
        "which background jobs failed",
        "list my jobs",
        "后台任务有哪些",
    ),
)
