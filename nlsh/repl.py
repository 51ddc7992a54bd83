"""The conversation at the prompt: a line is a sentence, a command of the user's own, or a built-in.

A command (after `!`, or where routing.py takes the line for one) is the user's own act: it runs
in their shell, with their rights, outside the sandbox, and is recorded.
"""

import os

from nlsh.agent.manners import Answer, Preview
from nlsh.agent.turns import Shell
from nlsh.asking import GOODBYE, YES, settled
from nlsh.assembly import Parts
from nlsh.errors import Exit, NlshError, ToolFailed
from nlsh.hints import Hints
from nlsh.lineedit import LineEditor, prompt_text
from nlsh.readings import in_words
from nlsh.render import Screen
from nlsh.terminal_text import harmless
from nlsh.turn import Act, Call
from nlsh.usercommands import STOPPED, UserCommands


class Repl:
    """One interactive conversation."""

    def __init__(
        self,
        shell: Shell,
        parts: Parts,
        screen: Screen,
        lines: LineEditor,
        hints: Hints,
        commands: UserCommands,
    ) -> None:
        self.shell, self.parts, self.screen = shell, parts, screen
        self._lines, self._hints, self._commands = lines, hints, commands
        self._cwd = shell.cwd
        self._code = 0
        self._leaving = False  # whether it was said that jobs are still there
        self._open_question: tuple[str, tuple[Act, ...]] = ("", ())
        self._amended: tuple[Call, ...] = ()
        shell.manners.confirm = None if parts.options.no_input else self._confirm
        hints.context = lambda: (shell.cwd, shell.previous, shell.result.kind if shell.result else "none")

    def run(self, line: str | None = None) -> int:
        """Until exit, or Ctrl-D on an empty line; `line` is the first one, where it has been read already."""
        told = False
        while True:
            if line is None:
                self._commands.reap()
                try:
                    line = self._lines.read(self._prompt()).strip()
                except KeyboardInterrupt:
                    continue
                except EOFError:
                    line = "exit"
            said, line = line, None
            if said in GOODBYE:
                if self._may_leave():
                    return self._code
                continue
            if not said:
                continue
            told = told or self._tell_level()
            self._leaving = False
            try:
                self._all(said)
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
        return prompt_text(self.shell.cwd, self.shell.home, self.parts.sandbox.level_if_known)

    def _all(self, text: str) -> None:
        """A line, or the several of a paste, each as if it had been typed; the first that fails ends them."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for line in lines:
            if len(lines) > 1:
                self.screen.notice(f"› {line}")
            self._do(line)
            if self._code and len(lines) > 1:
                break

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
        elif line != "help" and self._hints.is_command(line):
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
