"""Names that this machine knows by itself (hosts(5))."""

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result


class Hosts(Args):
    """All, or one."""

    name: Text | None = None


def effects(_: Asked) -> Effects:
    """Reads /etc/hosts."""
    return Effects(reads=("/etc/hosts",))


def run(work: Work) -> Result:
    """One row per line."""
    rows = []
    for line in text("/etc/hosts").splitlines():
        words = line.partition("#")[0].split()
        if len(words) > 1 and (not work.args.name or work.args.name.lower() in " ".join(words).lower()):
            rows.append({"address": words[0], "names": " ".join(words[1:])})
    return Result("records", rows)


TOOL = Tool(
    summary="the entries of the hosts file",
    args=Hosts,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "show the hosts file",
        "which hosts are defined locally",
        "hosts entries",
        "is myserver in /etc/hosts",
        "查看 hosts 文件",
    ),
)
