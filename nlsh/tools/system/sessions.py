"""Who is logged in."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import iso
from nlsh.turn import Effects, Result


class Sessions(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Fetched outside: it needs the login records."""
    return Effects(brokered=(("sessions", ""),))


def run(work: Work) -> Result:
    """One row per login."""
    rows = [{**row, "since": iso(row["since"])} for row in work.facts["sessions"]]
    return Result("records", rows, notes=[] if rows else ["the system records no logins"])


TOOL = Tool(
    summary="who is logged in",
    args=Sessions,
    effects=effects,
    run=run,
    gives="records",
    examples=("who is logged in", "w", "are other people on this machine", "login sessions", "谁登录了"),
)
