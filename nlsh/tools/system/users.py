"""The accounts of this machine."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.system._accounts import TABLES, users
from nlsh.turn import Effects, Result


class Users(Args):
    """People's, or all with those of the system."""

    all: bool = False


def effects(_: Asked) -> Effects:
    """Reads the user table."""
    return Effects(reads=TABLES)


def run(work: Work) -> Result:
    """One row per account; people have ids from 1000 on, root is one of them."""
    rows = users()
    if not work.args.all:
        rows = [row for row in rows if row["uid"] == 0 or 1000 <= row["uid"] < 60000]
    return Result("records", rows)


TOOL = Tool(
    summary="the users of this machine",
    args=Users,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which users are there",
        "list all accounts",
        "cat /etc/passwd",
        "who has an account here",
        "这台机器有哪些用户",
    ),
)
