"""A command begun in the background, behind the walls of an external command; it outlives the shell."""

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.shell.run import command_effects
from nlsh.turn import Effects, Result


class Start(Args):
    """The command line, as a POSIX shell reads it."""

    command: Text


def effects(asked: Asked) -> Effects:
    """As an external command; what it prints goes to a log."""
    return command_effects(asked, jobs=True)


def run(work: Work) -> Result:
    """The job: its number is what `jobs`, `the log of job 3` and `stop` go by."""
    job = work.facts["job"]
    return Result(
        "processes",
        [
            {
                "pid": job["pid"],
                "name": work.args.command.split()[0],
                "job": job["job"],
                "command": job["command"],
            }
        ],
        changed=1,
    )


TOOL = Tool(
    summary="start a command in the background",
    args=Start,
    effects=effects,
    run=run,
    gives="processes",
    changes=True,
    undo=False,
    targets=("command",),
    examples=(
        "run make test in the background",
        "start python3 train.py as a job",
        "launch ./server.sh and keep it running",
        "nohup ./backup.sh &",
        "在后台运行 make",
    ),
)
