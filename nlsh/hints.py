"""What a line would do, for whoever is still typing it: the plan in words, and the part that each word plays in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlsh.answers import in_words
from nlsh.catalogue import catalogue
from nlsh.turn import Call

_WHERE = ("under", "to")  # the arguments that name a place
# The roles that name a thing; the others choose among things.
_WHAT = ("path", "target", "new_path", "text", "type")


@dataclass(frozen=True, slots=True)
class Hint:
    """The plan in words, and the words of the line that play a part in it: `where`, `what` or `filter`."""

    text: str = ""
    parts: tuple[tuple[str, str], ...] = ()


def hint(calls: Sequence[Call], *, sure: bool) -> Hint:
    """The hint for a plan; one that is not sure ends in a question mark."""
    return Hint(in_words(calls) + ("" if sure else " ?"), _parts(calls)) if calls else Hint()


def _parts(calls: Sequence[Call]) -> tuple[tuple[str, str], ...]:
    found = []
    for call in calls:
        for slot in catalogue()[call.tool].slots if call.tool in catalogue() else ():
            words = call.args.get(slot.name)
            if slot.role and isinstance(words, str):
                part = "where" if slot.name in _WHERE else "what" if slot.role in _WHAT else "filter"
                found.append((words, part))
    return tuple(found)
