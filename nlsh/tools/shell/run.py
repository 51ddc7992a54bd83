"""An external command, confined to the current folder, without network."""

import os
import shlex
from dataclasses import replace

from nlsh.arguments import Args, Text
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

FULL_SCREEN = frozenset(
    """vi vim vimdiff view nvim nano pico emacs joe micro ne mcedit mc less more most man info top htop btop atop ranger
    nnn tig lazygit ncdu mutt lynx w3m links elinks dialog whiptail fzf tmux screen gdb ed""".split()
)
INTERPRETERS = frozenset(
    "python python3 ipython bpython node irb lua sqlite3 bc dc ghci julia R psql".split()
)


class Run(Args):
    """The command line, as a POSIX shell reads it."""

    command: Text


def effects(asked: Asked) -> Effects:
    """Reads the system's programs and the current folder, writes only below the current folder."""
    effects = command_effects(asked, jobs=False)
    if asked.scene.terminal and fills_the_screen(effects.command or ""):
        return replace(effects, terminal=asked.scene.terminal)
    return effects


def fills_the_screen(command: str) -> bool:
    """Whether a command line is one program that needs a terminal: an editor, a pager, an interpreter alone."""
    if any(c in command for c in "|&;<>()`"):
        return False
    words = shlex.split(command)
    name = os.path.basename(words[0]) if words else ""
    return name in FULL_SCREEN or (name in INTERPRETERS and len(words) == 1)


def command_effects(asked: Asked, *, jobs: bool) -> Effects:
    """The effects of a command line; `jobs` when it goes on in the background."""
    command = asked.args.command.strip().strip("`")
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise NotUnderstood(f"that command has an open quote: {command}", "close the quote") from error
    if not words:
        raise NotUnderstood("run which command?", "say it after 'run'")
    note = "what a command changes cannot be undone"
    if os.getuid() == 0:
        note += "; it runs as root, without any capability"
    cwd = asked.scene.cwd
    title = f"run in the background: {command}" if jobs else ""
    return Effects(
        reads=(cwd,), writes=(cwd,), command=command, undoable=False, note=note, jobs=jobs, title=title
    )


def run(work: Work) -> Result:
    """`text` is what it printed, standard error included; `value` its exit status."""
    output, status = work.facts["output"], work.facts["status"]
    if status == 127:
        raise ToolFailed(
            f"there is no command {work.args.command.split()[0]}", "check its name", "no_command"
        )
    left = work.scene.terminal and status == 130  # Ctrl-C is how people leave a program that fills the screen
    failure = f"the command ended with status {status}" if status and not left else None
    return Result("text", text=output, value=status, failure=failure)


TOOL = Tool(
    summary="run an external command inside the sandbox",
    args=Run,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    undo=False,
    targets=("command",),
    examples=(
        "run make test",
        "execute git status",
        "run the command wc -l notes.txt",
        "start python3 build.py",
        "运行 make",
    ),
)
