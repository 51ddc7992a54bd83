"""The groups of this machine, or those that a user is in."""

from nlsh.arguments import Args, Text
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.system._accounts import TABLES, groups, users
from nlsh.turn import Effects, Result


class Groups(Args):
    """Of which user; all groups when left out."""

    user: Text | None = None


def effects(_: Asked) -> Effects:
    """Reads the user and group tables."""
    return Effects(reads=TABLES)


def run(work: Work) -> Result:
    """One row per group."""
    rows = groups()
    if work.args.user:
        account = next((row for row in users() if row["user"] == work.args.user.lower()), None)
        if account is None:
            raise ToolFailed(f"there is no user {work.args.user}", "list the users to see them", "no_user")
        rows = [
            row for row in rows if row["gid"] == account["gid"] or account["user"] in row["members"].split()
        ]
    return Result("records", rows)


TOOL = Tool(
    summary="the groups of this machine or of a user",
    args=Groups,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which groups are there",
        "what groups is anna in",
        "groups of www-data",
        "getent group",
        "anna 属于哪些组",
    ),
)
