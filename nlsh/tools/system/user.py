"""Who the user is."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files.info import _name
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


TOOL = Tool(
    summary="who I am",
    args=User,
    effects=effects,
    run=run,
    gives="records",
    examples=("who am I", "which user is this", "what groups am I in", "whoami", "我是谁"),
)
