"""A job taken out of the user's crontab."""

from nlsh.arguments import Args, Number, Text
from nlsh.changes import act
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._cron import entries
from nlsh.turn import Effects, Result


class ScheduleRemove(Args):
    """Its number in the list, or part of its command."""

    n: Number | None = None
    command: Text | None = None


def effects(asked: Asked) -> Effects:
    """First the crontab is fetched; then one brokered act puts the shorter one in its place."""
    args: ScheduleRemove = asked.args
    if args.n is None and args.command is None:
        raise NotUnderstood("remove which scheduled job?", "say its number or its command")
    if "crontab" not in asked.facts:
        return Effects(brokered=(("crontab", ""),))
    old = asked.facts["crontab"]
    if old is None:
        raise ToolFailed("this system has no cron", "", "no_cron")
    fitting = [
        row
        for row in entries(old)
        if row["n"] == args.n or (args.command and args.command.lower() in str(row["command"]).lower())
    ]
    if len(fitting) != 1:
        found = "no" if not fitting else str(len(fitting))
        raise ToolFailed(f"{found} scheduled jobs fit", "list them, and say the number of one", "no_job")
    kept = [line for at, line in enumerate(old.splitlines()) if at != fitting[0]["line"]]
    new = "".join(line + "\n" for line in kept)
    title = f"remove from the schedule: {fitting[0]['when']} {fitting[0]['command']}"
    return Effects(
        changes=(act("crontab", "the crontab", {"text": new, "was": old}, {"text": old, "was": new}),),
        title=title,
    )


def inspect(work: Work) -> dict[str, object]:
    """The crontab as it is."""
    return {"crontab": work.facts["crontab"]}


def run(work: Work) -> Result:
    """Said plainly."""
    return Result("text", text="removed from the schedule", changed=1)


TOOL = Tool(
    summary="take a job out of the schedule",
    args=ScheduleRemove,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    targets=("n", "command"),
    inspect=inspect,
    examples=(
        "remove cron job 2",
        "unschedule backup.sh",
        "stop running report.py every monday",
        "delete the scheduled job for sync.sh",
        "取消 backup.sh 的定时任务",
    ),
)
