"""What was typed in the user's ordinary shell."""

import os
import re

from nlsh.arguments import Args, Count, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result, Row

_FILES = (".bash_history", ".zsh_history", ".local/share/fish/fish_history")


class ShellHistory(Args):
    """With what in it, and how many."""

    text: Text | None = None
    count: Count = 50


def effects(asked: Asked) -> Effects:
    """Reads the history files of bash, zsh and fish."""
    paths = (os.path.realpath(os.path.join(asked.scene.home, name)) for name in _FILES)
    return Effects(reads=tuple(path for path in paths if os.path.isfile(path)))


def run(work: Work) -> Result:
    """One row per command, the newest last; repeated ones once."""
    rows: list[Row] = []
    for path in work.effects.reads:
        with open(path, encoding="utf-8", errors="replace") as reader:
            lines = reader.read()[-4_000_000:].splitlines()
        if path.endswith("fish_history"):
            found = [line[7:] for line in lines if line.startswith("- cmd: ")]
        else:
            found = [re.sub(r"^: \d+:\d+;", "", line) for line in lines if not re.fullmatch(r"#\d+", line)]
        rows += [
            {"command": command, "shell": path.rpartition("/")[2].strip(".").partition("_")[0]}
            for command in found
            if command.strip()
        ]
    if work.args.text:
        rows = [row for row in rows if work.args.text.lower() in str(row["command"]).lower()]
    once = list({str(row["command"]): row for row in reversed(rows)}.values())[: work.args.count]
    return Result("records", once[::-1], notes=[] if once else ["no history of another shell was found"])


TOOL = Tool(
    summary="what was typed in the ordinary shell",
    args=ShellHistory,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "my bash history",
        "which docker command did I use last time",
        "search my shell history for rsync",
        "history | grep ssh",
        "我在 bash 里用过哪些 ffmpeg 命令",
    ),
)
