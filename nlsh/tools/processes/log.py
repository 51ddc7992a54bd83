"""What a background job has printed."""

from nlsh.arguments import Args, Count, Number
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Log(Args):
    """Which job, the latest when left out; and how many of its last lines."""

    job: Number | None = None
    last: Count | None = None


def effects(asked: Asked) -> Effects:
    """Fetched outside: it is nlsh's own state."""
    return Effects(brokered=(("job_log", "" if asked.args.job is None else str(asked.args.job)),))


def run(work: Work) -> Result:
    """The text, or its last lines."""
    text = str(work.facts["job_log"])
    if work.args.last:
        text = "\n".join(text.splitlines()[-work.args.last :])
    return Result("text", text=text, notes=[] if text else ["it has printed nothing yet"])


TOOL = Tool(
    summary="what a background job printed",
    args=Log,
    effects=effects,
    run=run,
    gives="text",
    examples=(
        "show the log of job 3",
        "what did the background job print",
        "the last 20 lines of job 2",
        "output of the job",
        "任务 3 的输出",
    ),
)
