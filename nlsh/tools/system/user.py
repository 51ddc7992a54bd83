"""Who the user is."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class User(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads the user table."""
    return Effects(reads=("/etc/passwd", "/etc/group"))


def run(work: Work) -> Result:
    """One row: name, ids, groups, home."""
    groups = " ".join(
        _name("/etc/group", group) for group in sorted(set(work.facts.get("groups", [os.getgid()])))
    )
    row = {
        "user": _name("/etc/passwd", work.facts.get("uid", os.getuid())),
        "uid": work.facts.get("uid", os.getuid()),
        "groups": groups,
        "home": work.scene.home,
    }
    return Result("records", [row])


def _name(table: str, number: int) -> str:
    """The name of a user or group in the system's table; the number itself where it has none."""
    try:
        with open(table, encoding="utf-8", errors="replace") as reader:
            for line in reader:
                fields = line.split(":")
                if len(fields) > 2 and fields[2] == str(number):
                    return fields[0]
    except OSError:
        pass  # no table: the number is the name
    return str(number)


TOOL = Tool(
    summary="who I am",
    args=User,
    effects=effects,
    run=run,
    gives="records",
    examples=("who am I", "which user is this", "what groups am I in", "whoami", "我是谁"),
)
