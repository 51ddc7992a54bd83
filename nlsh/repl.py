"""The interactive prompt: a line is a sentence, a command of the user's own, or a built-in.

The prompt is on screen while the model still loads. A command (after `!`, or where
routing.py takes the line for one) is the user's own act: it runs in their shell, with their
rights, outside the sandbox, and is recorded.
"""

import os
import time
from collections.abc import Callable, Sequence

from nlsh.agent.manners import Answer, Manners, Preview
from nlsh.agent.turns import Shell
from nlsh.answers import in_words
from nlsh.asking import YES, settled
from nlsh.assembly import Options, Parts
from nlsh.catalogue import catalogue
from nlsh.errors import Exit, NlshError, ToolFailed
from nlsh.hints import Hint, hint
from nlsh.loading import Loading, OneAtATime
from nlsh.memory.store import said_before
from nlsh.render import Screen
from nlsh.routing import is_command
from nlsh.sandbox import terminal
from nlsh.terminal_text import harmless
from nlsh.turn import Act, Call, Plan, Utterance
from nlsh.usercommands import STOPPED, UserCommands

GOODBYE = {"exit", "quit", "logout", ":q", "退出", "再见"}
HISTORY_LINES = 2000


def interactive(options: Options) -> int:
    """Read, do, show, until the end of input; the exit code of the last turn."""
    import sys

    screen = Screen()
    if not sys.stdin.isatty():
        raise NlshError(
            "no_terminal",
            "there is no terminal to talk on",
            'say it with -c: nlsh -c "…"',
            exit_code=Exit.USAGE,
        )
    parts = Parts(options, screen.notice)
    try:
        screen.use(parts.config)
        shell = parts.shell(
            Manners(None, options.yes, options.dry_run, terminal.kind(), screen.live, screen.progress)
        )
        shell.planner = loading = Loading(lambda: OneAtATime(parts.planner()))
        return Repl(shell, parts, screen, loading.begin).run()
    finally:
        parts.close()


class Repl:
    """One interactive conversation."""

    def __init__(self, shell: Shell, parts: Parts, screen: Screen, ready: Callable[[], None]) -> None:
        from nlsh.lineedit import LineEditor

        self.shell, self.parts, self.screen = shell, parts, screen
        examples = (example for entry in catalogue().values() for example in entry.examples)
        config = parts.config
        self._lines = LineEditor(
            reversed(said_before(parts.store, HISTORY_LINES)), self._hint, ready, examples, vi=config.editing == "vi", hints=config.hints and not config.screen_reader
        )  # fmt: skip
        self._cwd = shell.cwd
        self._code = 0
        self._commands = UserCommands(screen.notice)
        self._leaving = False  # whether it was said that jobs are still there
        self._open_question: tuple[str, tuple[Act, ...]] = ("", ())
        self._amended: tuple[Call, ...] = ()
        shell.manners.confirm = None if parts.options.no_input else self._confirm

    def run(self) -> int:
        """Until exit, or Ctrl-D on an empty line."""
        self.screen.write("nlsh: say what you want; help shows what can be said, exit leaves")
        told = False
        while True:
            self._commands.reap()
            try:
                line = self._lines.read(self._prompt()).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                line = "exit"
            if line in GOODBYE:
                if self._may_leave():
                    return self._code
                continue
            if not line:
                continue
            told = told or self._tell_level()
            self._leaving = False
            try:
                self._all(line)
            except KeyboardInterrupt:
                self.screen.notice("interrupted")
                self._code = 130
            except NlshError as error:
                self.screen.notice(error.message)
                if error.hint:
                    self.screen.notice("  " + error.hint)
                self._code = int(error.exit_code)

    def _may_leave(self) -> bool:
        """Whether to go: with stopped jobs only at the second time of asking."""
        if self._commands.stopped and not self._leaving:
            self._leaving = True
            self.screen.notice("there are stopped jobs; exit once more ends them, fg goes on with one")
            return False
        self._commands.leave()
        return True

    def _tell_level(self) -> bool:
        """Say what the sandbox can keep here, where that is not everything; before the first line, not before the prompt, which need not wait."""
        sandbox = self.parts.sandbox
        if sandbox.level != "full":
            self.screen.notice(f"sandbox: {sandbox.level} ({sandbox.level_reason})")
        return True

    def _prompt(self) -> str:
        level = self.parts.sandbox.level_if_known
        mark = f"[{level}] " if level not in ("", "full") else ""
        cwd = self.shell.cwd
        home = self.shell.home
        short = "~" + cwd[len(home) :] if cwd == home or cwd.startswith(home + "/") else cwd
        return f"{mark}{harmless(short)} › "

    def _all(self, text: str) -> None:
        """A line, or the several of a paste, each as if it had been typed; the first that fails ends them."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for line in lines:
            if len(lines) > 1:
                self.screen.notice(f"› {line}")
            self._do(line)
            if self._code and len(lines) > 1:
                break

    def _hint(self, line: str) -> Hint:
        """What a line would do, in words. Called on a thread of its own, which may wait for the model."""
        if line.startswith("!"):
            return Hint("command, as you type it")
        said = line.removeprefix("?").strip()
        try:
            if not line.startswith("?") and is_command(said, self._reading, self._commands.known):
                return Hint("command, as you type it (Alt-! makes it a sentence)")
            plan = self._plan(said)
            sure = plan.confidence >= self.shell.planner().threshold(plan.calls)
        except Exception:
            return (
                Hint()
            )  # the turn itself will say it; here it would end the thread with a trace on the screen
        return hint(plan.calls, sure=sure)

    def _plan(self, said: str) -> Plan:
        kind = self.shell.result.kind if self.shell.result else "none"
        utterance = Utterance(" ".join(said.split()), self.shell.cwd, time.time())
        return self.shell.planner().plan(utterance, self.shell.previous, kind)

    def _reading(self, line: str) -> Sequence[Call] | None:
        """The plan that a line would become, where the model is sure of one."""
        try:
            plan = self._plan(line)
        except NlshError:
            return None
        sure = plan.calls and plan.confidence >= self.shell.planner().threshold(plan.calls)
        return plan.calls if sure else None

    def _do(self, line: str) -> None:
        if line.startswith("!"):
            self._command(line[1:].strip())
        elif line.startswith("?") and line[1:].strip():
            self._say(line[1:].strip())
        elif line.startswith(("export ", "unset ")) and not self._lines.pasted and self._environment(line):
            self._code = 0
        elif line == "cd" or (line.startswith("cd ") and self._folder(line[3:].strip())):
            self._cd(line[2:].strip())
        elif (code := self._commands.job_word(line)) is not None:
            self._ended(code)
        elif line != "help" and is_command(line, self._reading, self._commands.known):
            self._command(line)
        else:
            self._say(line)
            if self.shell.cwd != self._cwd:
                self._enter(self.shell.cwd)

    def _say(self, line: str) -> None:
        """A sentence, or the number of a reading that was offered for the one before."""
        said, readings = self._open_question
        self._open_question, self._amended = ("", ()), ()
        if line.isdigit() and 1 <= int(line) <= len(readings):
            turn = self.shell.say(said, readings[int(line) - 1])
        else:
            turn = self.shell.say(line)
        while self._amended:  # the card was answered with another plan, which has a card of its own
            amended, self._amended = self._amended, ()
            turn = self.shell.say(turn.utterance.text, Act(amended), learn=False)
        self._code = turn.exit_code
        if turn.status == "not_understood" and turn.readings:
            self._open_question = (line, turn.readings)
            self.screen.notice((turn.error or {}).get("message", ""))
            for number, reading in enumerate(turn.readings, 1):
                self.screen.notice(f"  {number}  {in_words(reading.calls)}")
            self.screen.notice("  a number picks one")
        else:
            self.screen.turn(turn, fold=True)

    def _folder(self, words: str) -> bool:
        return words == "-" or os.path.isdir(os.path.join(self.shell.cwd, os.path.expanduser(words)))

    def _cd(self, words: str) -> None:
        target = (
            self.shell.before or self._cwd
            if words == "-"
            else os.path.join(self._cwd, os.path.expanduser(words or "~"))
        )
        self._enter(os.path.realpath(target))

    def _enter(self, folder: str) -> None:
        """Go to `folder`, the shell and the process alike; stay where we are when that fails."""
        try:
            os.chdir(folder)
        except OSError as error:
            self.shell.go(self._cwd)
            raise ToolFailed(
                f"{folder}: {(error.strerror or 'error').lower()}", "name a folder that you may enter"
            ) from error
        self._cwd = folder
        self.shell.go(folder)

    def _environment(self, line: str) -> bool:
        """`export NAME=VALUE` and `unset NAME` hold for the commands that follow; other forms are the shell's."""
        word, _, rest = line.partition(" ")
        name, equals, value = rest.strip().partition("=")
        if (
            not name.isidentifier()
            or (word == "export") != bool(equals)
            or any(c in value for c in "$`;&|<>(")
        ):
            return False
        if word == "export":
            os.environ[name] = value.strip("\"'")
        else:
            os.environ.pop(name, None)
        return True

    def _command(self, line: str) -> None:
        """The user's own act, unless it was pasted: then it is asked for first."""
        if not line:
            return
        if (
            self._lines.pasted
            and self._lines.ask(f"run the pasted command '{harmless(line)[:60]}'? [y/N] ").strip().lower()
            not in YES
        ):
            self.screen.notice("not run")
            self._code = int(Exit.NEEDS_CONFIRMATION)
            return
        self._ended(self._commands.run(line, self.shell.cwd))
        self.shell.note("!" + line, self._code)

    def _ended(self, code: int) -> None:
        self._code = code
        if code not in (0, STOPPED):
            self.screen.notice(f"ended with status {code}")

    def _short(self, line: str) -> str:
        """Paths of the card as a person at this prompt would write them."""
        return line.replace(self.shell.cwd.rstrip("/") + "/", "").replace(
            self.shell.home.rstrip("/") + "/", "~/"
        )

    def _amend(self, calls: tuple[Call, ...]) -> bool:
        """Let the user edit the words of a plan, one after the other; whether any was changed. An empty one is left out."""
        found = []
        for call in calls:
            args = dict(call.args)
            for name, value in call.args.items():
                if isinstance(value, str):
                    args[name] = self._lines.ask(f"  {call.tool}, {name.replace('_', ' ')}: ", value).strip()
            found.append(Call(call.tool, {name: value for name, value in args.items() if value != ""}))
        self._amended = tuple(found) if tuple(found) != calls else ()
        return bool(self._amended)

    def _confirm(self, preview: Preview) -> Answer:
        lines = [
            self._short(line)
            for line in (preview.headline, *preview.items, f"{preview.reason}; {preview.undo}")
        ]
        try:
            return settled(
                preview,
                lambda text: self.screen.write(harmless(self._short(text))),
                lambda: self.screen.preview(lines, danger=preview.number > 0),
                self._lines.ask,
                lambda: self._amend(preview.calls),
            )
        except EOFError:
            return False
