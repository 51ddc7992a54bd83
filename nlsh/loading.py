"""Everything behind the prompt, brought up while the person types: first the shell and its parts, then the model."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from nlsh.errors import NlshError
from nlsh.options import Options

if TYPE_CHECKING:
    from nlsh.agent.planner import Planner
    from nlsh.assembly import Parts
    from nlsh.config import Config
    from nlsh.hints import Hints
    from nlsh.lineedit import LineEditor
    from nlsh.render import Screen
    from nlsh.repl import Repl
    from nlsh.turn import Call, Plan, Utterance
    from nlsh.usercommands import UserCommands

Made = TypeVar("Made")


class Opening:
    """Begins once the prompt is on the screen, on a thread of its own; whoever needs a part waits for it."""

    def __init__(self, options: Options, config: "Config", commands: "UserCommands") -> None:
        self._options, self._config, self._commands = options, config, commands
        self._parts: _Awaited[tuple[Screen, Parts]] = _Awaited(self._assembled)
        self._planner: _Awaited[Planner] = _Awaited(lambda: OneAtATime(self._parts()[1].planner()))
        self._beginning, self._begun = threading.Lock(), False

    def begin(self) -> None:
        """Start, once there is time: the prompt comes first."""
        with self._beginning:
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with suppress(Exception):  # whoever waits for it is told
            self._parts()
            self._planner()

    def _assembled(self) -> "tuple[Screen, Parts]":
        import nlsh.repl  # noqa: F401  (imported here, so that the first line need not wait for it)
        from nlsh.assembly import Parts
        from nlsh.render import Screen

        screen = Screen()
        screen.use(self._config)
        return screen, Parts(self._options, screen.notice)

    @property
    def screen(self) -> "Screen":
        """Where answers and notices go."""
        return self._parts()[0]

    def planner(self) -> "Planner":
        """The planner, shared by hints and turns; whatever stopped it from loading is raised here."""
        return self._planner()

    def repl(self, lines: "LineEditor", hints: "Hints") -> "Repl":
        """The conversation. Called where it will go on: its database belongs to the thread that opens it."""
        screen, parts = self._parts()
        from nlsh.agent.manners import Manners
        from nlsh.repl import Repl
        from nlsh.sandbox import terminal

        options = self._options
        manners = Manners(None, options.yes, options.dry_run, terminal.kind(), screen.live, screen.progress)
        shell = parts.shell(manners)
        shell.planner = self.planner
        return Repl(shell, parts, screen, lines, hints, self._commands)

    def close(self) -> None:
        """End what was begun."""
        if self._parts.made is not None:
            self._parts.made[1].close()


class _Awaited(Generic[Made]):
    """A value made once, by whoever asks first, or the error of that."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make, self._lock = make, threading.Lock()
        self.made: Made | None = None
        self._error: Exception | None = None

    def __call__(self) -> Made:
        with self._lock:
            if self.made is None and self._error is None:
                try:
                    self.made = self._make()
                except Exception as error:
                    self._error = error
        if self.made is None:
            raise self._error or NlshError("model", "the model did not load")
        return self.made


class OneAtATime:
    """A planner that hints and turns share."""

    def __init__(self, planner: "Planner") -> None:
        self._planner = planner
        self._lock = threading.Lock()

    def threshold(self, calls: "Sequence[Call]") -> float:
        """As the planner's."""
        return self._planner.threshold(calls)

    def plan(self, utterance: "Utterance", previous: "Sequence[Call]", kind: str) -> "Plan":
        """As the planner's, for one caller at a time."""
        with self._lock:
            return self._planner.plan(utterance, previous, kind)
