"""The system's log: the journal, or the kernel's messages."""

import json
from datetime import datetime
from typing import Literal

from nlsh.arguments import Args, Count, Text, When
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._filters import newer_than
from nlsh.tools.files._records import iso
from nlsh.turn import Effects, Result, Row

_LEVELS = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")


class Logs(Args):
    """How much, how grave, since when, with which words; of the kernel alone."""

    count: Count = 100
    level: Literal["error", "warning"] | None = None
    since: When | None = None
    text: Text | None = None
    kernel: bool = False


def effects(asked: Asked) -> Effects:
    """Fetched outside: it needs the journal or the kernel's buffer."""
    args: Logs = asked.args
    wanted = {"count": min(args.count, 10_000) if not args.text else 10_000}
    if args.level:
        wanted["level"] = _LEVELS.index("error" if args.level == "error" else "warning")
    if args.since:
        wanted["since"] = int(newer_than(args.since, asked.scene.now))
    return Effects(
        brokered=(("dmesg", ""),) if args.kernel else (("system_log", json.dumps(wanted)), ("dmesg", "")),
        sees_devices=True,
    )


def run(work: Work) -> Result:
    """One row per line, the newest last; the kernel's messages where there is no journal."""
    args: Logs = work.args
    found = None if args.kernel else work.facts.get("system_log")
    rows: list[Row]
    notes = []
    if found is None:
        rows = _kernel(str(work.facts["dmesg"] or ""), work.scene.now)
        if not args.kernel:
            notes.append("this system keeps no journal; these are the kernel's messages")
    else:
        rows = [
            {
                "time": iso(row["time"]),
                "source": row["source"],
                "level": _LEVELS[int(row["level"])]
                if row["level"].isdigit() and int(row["level"]) < 8
                else "",
                "text": row["text"],
            }
            for row in found
        ]
    if args.text:
        rows = [row for row in rows if args.text.lower() in f"{row['source']} {row['text']}".lower()]
    if args.level and found is None:
        marks = (
            ("error", "fail", "bug", "panic")
            if args.level == "error"
            else ("error", "fail", "bug", "panic", "warn")
        )
        rows = [row for row in rows if any(mark in str(row["text"]).lower() for mark in marks)]
    rows = rows[-args.count :]
    return Result("records", rows, notes=notes + ([] if rows else ["the log says nothing like that"]))


def _kernel(said: str, now: float) -> list[Row]:
    with open("/proc/uptime", encoding="ascii") as reader:
        booted = now - float(reader.read().split()[0])
    rows: list[Row] = []
    for line in said.splitlines():
        stamp, _, message = line.removeprefix("[").partition("] ")
        try:
            when = iso(datetime.fromtimestamp(booted + float(stamp)).timestamp())
        except ValueError:
            when, message = "", line
        rows.append({"time": when, "source": "kernel", "level": "", "text": message})
    return rows


TOOL = Tool(
    summary="the system's log",
    args=Logs,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "show the system log",
        "errors in the journal since yesterday",
        "dmesg",
        "the last 20 kernel messages",
        "系统日志里的错误",
    ),
)
