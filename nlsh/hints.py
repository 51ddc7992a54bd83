"""What a line would do, for whoever is still typing it: the plan in words, and the part that each word plays in it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlsh.catalogue import catalogue
from nlsh.errors import NlshError
from nlsh.routing import is_command

if TYPE_CHECKING:
    from nlsh.agent.planner import Planner
    from nlsh.turn import Call, Plan

_WHERE = ("under", "to")  # the arguments that name a place
# The roles that name a thing; the others choose among things.
_WHAT = ("path", "target", "new_path", "text", "type")


@dataclass(frozen=True, slots=True)
class Hint:
    """The plan in words, and the words of the line that play a part in it: `where`, `what` or `filter`."""

    text: str = ""
    parts: tuple[tuple[str, str], ...] = ()


class Hints:
    """Reads lines as the model would, without doing anything. Its hints are made on a thread of the editor's."""

    def __init__(self, planner: "Callable[[], Planner]", known: Callable[[str], bool], cwd: str) -> None:
        self._planner, self._known = planner, known
        # What the line is said in: the folder, the plan of the turn before, the kind of rows that it left.
        self.context: Callable[[], tuple[str, Sequence[Call], str]] = lambda: (cwd, (), "none")

    def of(self, line: str) -> Hint:
        """What a line would do. May wait for the model; never raises."""
        if line.startswith("!"):
            return Hint("command, as you type it")
        said = line.removeprefix("?").strip()
        try:
            if not line.startswith("?") and self.is_command(said):
                return Hint("command, as you type it (Alt-! makes it a sentence)")
            plan = self._plan(said)
            sure = plan.confidence >= self._planner().threshold(plan.calls)
            return hint(plan.calls, sure=sure)
        # the turn itself will say what is wrong; here it would end the thread with a trace on the screen
        except Exception:
            return Hint()

    def is_command(self, line: str) -> bool:
        """Whether an unprefixed line is a command of the user's own."""
        return is_command(line, self._reading, self._known)

    def _reading(self, line: str) -> "Sequence[Call] | None":
        """The plan that a line would become, where the model is sure of one."""
        try:
            plan = self._plan(line)
            sure = plan.calls and plan.confidence >= self._planner().threshold(plan.calls)
        except NlshError:
            return None
        return plan.calls if sure else None

    def _plan(self, said: str) -> "Plan":
        from nlsh.turn import Utterance

        cwd, previous, kind = self.context()
        return self._planner().plan(Utterance(" ".join(said.split()), cwd, time.time()), previous, kind)


def hint(calls: "Sequence[Call]", *, sure: bool) -> Hint:
    """The hint for a plan; one that is not sure ends in a question mark."""
    from nlsh.readings import in_words

    return Hint(in_words(calls) + ("" if sure else " ?"), _parts(calls)) if calls else Hint()


def _parts(calls: "Sequence[Call]") -> tuple[tuple[str, str], ...]:
    found = []
    for call in calls:
        for slot in catalogue()[call.tool].slots if call.tool in catalogue() else ():
            words = call.args.get(slot.name)
            if slot.role and isinstance(words, str):
                part = "where" if slot.name in _WHERE else "what" if slot.role in _WHAT else "filter"
                found.append((words, part))
    return tuple(found)
