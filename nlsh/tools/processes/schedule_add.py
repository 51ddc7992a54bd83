"""A command put into the user's crontab."""

from nlsh.arguments import Args, Text
from nlsh.changes import act
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._cron import schedule
from nlsh.turn import Effects, Result


class ScheduleAdd(Args):
    """Which command, and when."""

    command: Text
    when: Text


def effects(asked: Asked) -> Effects:
    """First the crontab as it is is fetched; then one brokered act puts the new one in its place."""
    args: ScheduleAdd = asked.args
    line = f"{schedule(args.when)} {args.command.strip().strip('`')}"
    if "\n" in line or "\r" in line or "%" in line:
        raise NotUnderstood(
            "a scheduled command is one line without %", "put it into a script and schedule that"
        )
    if "crontab" not in asked.facts:
        return Effects(brokered=(("crontab", ""),))
    old = asked.facts["crontab"]
    if old is None:
        raise ToolFailed("this system has no cron", "", "no_cron")
    new = old + ("\n" if old and not old.endswith("\n") else "") + line + "\n"
    note = "cron runs it with your rights, outside the sandbox"
    return Effects(
        changes=(act("crontab", "the crontab", {"text": new, "was": old}, {"text": old, "was": new}),),
        note=note,
        title=f"schedule: {line}",
        later=args.command.strip().strip("`"),
        samples=(note,),
    )


def inspect(work: Work) -> dict[str, object]:
    """The crontab as it is."""
    return {"crontab": work.facts["crontab"]}


def run(work: Work) -> Result:
    """The new line."""
    return Result("text", text=f"scheduled: {schedule(work.args.when)} {work.args.command}", changed=1)


TOOL = Tool(
    summary="run a command at set times",
    args=ScheduleAdd,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    inspect=inspect,
    examples=(
        "run backup.sh every day at 7:30",
        "schedule ./report.py every monday",
        "add a cron job: make update every 10 minutes",
        "start sync.sh every night",
        "每天 8 点运行 backup.sh",
    ),
)
