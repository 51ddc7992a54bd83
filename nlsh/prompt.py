"""The first prompt: on the screen before anything heavy is imported.

Only what reads a line is imported here. The rest, and then the model, is brought up behind the
prompt (loading.py), unless something has to be said or done before a first line is asked for.
"""

import os
import sys
from collections.abc import Sequence

from nlsh.asking import GOODBYE
from nlsh.catalogue import catalogue
from nlsh.config import Config, Folders, folders, home_folder, load
from nlsh.errors import Exit, NlshError
from nlsh.hints import Hints
from nlsh.lineedit import LineEditor, prompt_text
from nlsh.loading import Opening
from nlsh.memory.glance import left_half_done, said_before
from nlsh.options import Options, working_folder
from nlsh.usercommands import UserCommands

GREETING = "nlsh: say what you want; help shows what can be said, exit leaves"
HISTORY_LINES = 2000


def interactive(options: Options) -> int:
    """Read, do, show, until the end of input; the exit code of the last turn."""
    if not sys.stdin.isatty():
        raise NlshError(
            "no_terminal",
            "there is no terminal to talk on",
            'say it with -c: nlsh -c "…"',
            exit_code=Exit.USAGE,
        )
    where = folders()
    config, cwd, home = load(where), working_folder(options.cwd), home_folder()
    commands = UserCommands(lambda text: opening.screen.notice(text))
    opening = Opening(options, config, commands)
    hints = Hints(opening.planner, commands.known, cwd)
    lines = _editor(config, where, hints, opening)
    try:
        line = None
        if not (options.session or options.stdin or left_half_done(where.database)):
            _say(GREETING)
            line = _first(lines, prompt_text(cwd, home))
            if line is None:
                return 0
        repl = opening.repl(lines, hints)
        if line is None:
            _say(GREETING)
        return repl.run(line)
    finally:
        opening.close()


def _first(lines: LineEditor, prompt: str) -> str | None:
    """The first line that says anything; None when the person leaves instead."""
    while True:
        try:
            line = lines.read(prompt).strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return None
        if line in GOODBYE:
            return None
        if line:
            return line


def _editor(config: Config, where: Folders, hints: Hints, opening: Opening) -> LineEditor:
    def examples() -> Sequence[str]:
        return [example for entry in catalogue().values() for example in entry.examples]

    return LineEditor(
        lambda: said_before(where.database, HISTORY_LINES),
        hints.of,
        opening.begin,
        examples,
        vi=config.editing == "vi",
        hints=config.hints and not config.screen_reader,
    )


def _say(text: str) -> None:
    os.write(sys.stdout.fileno(), f"{text}\n".encode(sys.stdout.encoding or "utf-8", "replace"))
