"""Decoding under a grammar made from the tool registry and the sentence itself.

At every step only those tokens are possible that lead to a valid plan: a tool that takes
what the call before gives, an argument that it has and that was not given yet, and, for
a copied argument, the next token of some span of the sentence or of the plan before.
The model chooses among them; it can neither misspell a name nor invent one.

The grammar is a small automaton over token ids rather than GBNF text: it costs a lookup
a token, and a malformed one cannot bring the process down.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

from pydantic import AfterValidator, BeforeValidator
from pydantic.fields import FieldInfo

from nlsh.agent import notation
from nlsh.agent.spans import Source
from nlsh.arguments import Count, Duration, FileType, Number, Ordinal, Ordinals, Size, When
from nlsh.catalogue import Slot, catalogue
from nlsh.turn import Call

MAX_CALLS = 5
MAX_COPY = 96
PATH_ROLES = ("path", "target", "new_path")
_FILE_NAME = re.compile(
    r"[^\s/:@]*/[^\s:]*|[^\s/:@]+\.(?:7z|3gp|[A-Za-z][A-Za-z0-9]{0,4}|markdown|torrent|service|desktop|parquet|sqlite3?)"
)
# What may stand between two parts of one name: words, but none that would join two names.
_WITHIN = re.compile(r"\s(?:(?!(?:to|into|and|as|or|in|from|with|called|by)\s)\w+\s){0,2}")
_SUFFIX = re.compile(r"\.\w{1,8}\W*$")
_POINTING = frozenset("it this that file folder one the all".split())
MAX_VALUE, MAX_LIST = 12, 32
VALUE_ROLES: dict[str, Any] = {
    "size": Size, "count": Count, "ordinal": Ordinal, "ordinals": Ordinals, "when": When, "type": FileType, "number": Number,
    "duration": Duration,
}  # fmt: skip


@cache
def _reader(role: str) -> Callable[[str], object]:
    """What reads a value of `role`, or raises ValueError: the very functions and bounds of the argument's type.

    Without pydantic's own validator, which takes ten milliseconds to make; a test holds the two to each other.
    """
    marks = get_args(VALUE_ROLES[role])[1:]
    functions = [
        mark.func for kind in (BeforeValidator, AfterValidator) for mark in marks if isinstance(mark, kind)
    ]
    bounds = [bound for mark in marks if isinstance(mark, FieldInfo) for bound in mark.metadata]

    def read(text: str) -> object:
        value: Any = text
        for function in functions:
            value = function(value)  # type: ignore[call-arg]
        for bound in bounds:
            low, high = getattr(bound, "ge", None), getattr(bound, "le", None)
            over, longest = getattr(bound, "gt", None), getattr(bound, "max_length", None)
            if (
                (low is not None and value < low)
                or (high is not None and value > high)
                or (over is not None and value <= over)
                or (longest is not None and len(value) > longest)
            ):
                raise ValueError(f"{value} is out of bounds")
        return value

    return read


@dataclass(slots=True)
class State:
    """Where in a plan the decoder is."""

    kind: str
    calls: list[str] = field(default_factory=list)
    next_slot: int = 0
    given: set[str] = field(default_factory=set)
    copying: str = ""
    role: str = ""
    spans: list[tuple[int, int, int]] = field(default_factory=list)  # (source, first token, last token)
    copied: int = 0
    used: set[tuple[int, int]] = field(default_factory=set)  # words of the sentence that have their role
    done: bool = False


class Grammar:
    """Which tokens may follow, for one sentence in its context."""

    def __init__(
        self,
        ids: dict[str, int],
        kind: str,
        sources: Sequence[Source],
        exists: Callable[[str], bool] = lambda name: False,
    ) -> None:
        self._ids = ids
        self._exists = exists
        self._there: set[tuple[int, int]] | None = None
        self._files: set[tuple[int, int]] | None = None
        self._names = {number: name for name, number in ids.items()}
        self._sources = sources
        self._readable: dict[str, set[tuple[int, int, int]]] = {}
        self.state = State(kind)

    def allowed(self) -> set[int]:
        """The ids of the tokens that may come next."""
        state = self.state
        if not state.calls:
            return {self._ids[f"<{tool}>"] for tool in self._tools_after(state.kind, first=True)} | {
                self._ids[notation.NONE]
            }
        if state.copying:
            found = self._continuations()
            if state.copied and any(self._whole(*span) for span in self._meant()):
                found |= self._after_argument()
            return found
        return self._after_argument()

    def _meant(self) -> list[tuple[int, int, int]]:
        """The spans being copied that may be meant: what the sentence says counts before what the plan before it said.

        Unless words are still wanted for something else: "Documents" of "move it to Documents/old" may be the place, and what is
        moved "Documents/a.txt" of before.
        """
        declared = notation.slots(self.state.calls[-1])
        if any(slot.role for slot in declared[self.state.next_slot :]):
            return self.state.spans
        said = [
            span
            for span in self.state.spans
            if span[0] == 0 and (self._whole(*span) or self._goes_on(*span)) and not self._points_back(*span)
        ]
        return said or self.state.spans

    def _points_back(self, s: int, first: int, last: int) -> bool:
        """Whether the words stand for something that was named before: of "rename it" the name may be "it_notes.txt" of before."""
        text = self._sources[s]
        end = next((i for i in range(last, len(text.tokens)) if i in text.ends), last)
        return text.text(first, end).lower() in _POINTING

    def likely(self) -> set[int]:
        """Of the allowed tokens those that name what is there, while a path is copied that must be.

        The model has never seen this machine; where the sentence names one of its files, that is a hint.
        """
        state = self.state
        if not state.copying or state.role not in ("path", "target"):
            return set()
        tokens, there = self._sources[0].tokens, self._names_there()
        if len(self._sources) > 1 and _apart(there) <= self._places_left():
            # "copy it to Documents": the one name is the place, and what is copied was named before
            return set()
        if not state.copied:
            free = set(self._beginnings())
            return {tokens[first] for first, _ in there if (0, first) in free}
        spans = [(first, last) for s, first, last in state.spans if s == 0]
        longer = {tokens[p + 1] for i, p in spans for first, last in there if first == i and last > p}
        if longer:
            return longer
        return self._after_argument() if any(span in there for span in spans) else set()

    def _names_there(self) -> set[tuple[int, int]]:
        """The spans of the sentence that name an existing file or folder."""
        if self._there is None:
            said = self._sources[0]
            self._there = {
                (first, last)
                for first in said.begins
                for last in range(first, min(first + MAX_COPY, len(said.tokens)))
                if last in said.ends and self._exists(said.text(first, last))
            }
        return self._there

    def _continuations(self) -> set[int]:
        if not self.state.copied:
            return {self._sources[s].tokens[i] for s, i in self._beginnings()}
        if self.state.copied >= MAX_COPY:
            return set()
        return {self._sources[s].tokens[p + 1] for s, i, p in self.state.spans if self._goes_on(s, i, p)}

    def _beginnings(self) -> list[tuple[int, int]]:
        """Where a value of the argument's role may begin."""
        if self.state.role in VALUE_ROLES:
            free = (
                (s, first) for s, first, last in self._values(self.state.role) if self._unused(s, first, last)
            )
            return sorted(set(free))
        spans = ((s, i) for s, text in enumerate(self._sources) for i in text.begins)
        only_said = self.state.role in PATH_ROLES and self._names_enough()
        return [span for span in spans if span not in self.state.used and not (only_said and span[0])]

    def leads_on(self, token: int) -> bool:
        """Whether `token`, one of the allowed ones, can be followed by anything: the words that it wants must be there.

        A question of its own, because reading every word as every kind of value would cost more than the network does.
        """
        name = self._names.get(token, "")[1:-1]
        if name in catalogue():
            needed = catalogue()[name].required
            return all(self._there_is(slot.role) for slot in notation.slots(name) if slot.name in needed)
        if not name.endswith(":"):
            return True
        declared = notation.slots(self.state.calls[-1])
        return self._there_is(next(slot.role for slot in declared if slot.name == name[:-1]))

    def _there_is(self, role: str) -> bool:
        if role in VALUE_ROLES:
            return any(self._unused(*span) for span in self._values(role))
        return any((s, i) not in self.state.used for s, text in enumerate(self._sources) for i in text.begins)

    def _names_enough(self) -> bool:
        """Whether the sentence still has a name of a file, as such, for each path or new name that this call may yet take.

        Then none of them is meant from the plan before.
        """
        if self._files is None:
            said = self._sources[0]
            self._files = {
                (first, last)
                for first in said.begins
                for last in range(first, min(first + MAX_COPY, len(said.tokens)))
                if last in said.ends and _FILE_NAME.fullmatch(said.text(first, last).strip())
            }
        free = [span for span in self._files if self._unused(0, *span)]
        said = self._sources[0]
        bare = [last for first, last in free if not _SUFFIX.search(said.text(first, last))]
        # "lib/scan 94115.key" may be one name with spaces: what follows a path without a suffix is no second one for sure
        begun = {
            first
            for first, _ in free
            for last in bare
            if last < first and _WITHIN.fullmatch(said.text(last + 1, first - 1))
        }
        return _apart(span for span in free if span[0] not in begun) > self._places_left()

    def _places_left(self) -> int:
        """How many more paths and new names this call may take after the argument that is being given."""
        left = notation.slots(self.state.calls[-1])[self.state.next_slot :]
        return sum(slot.role in PATH_ROLES or (slot.name == "to" and slot.role != "") for slot in left)

    def _goes_on(self, s: int, first: int, last: int) -> bool:
        if last + 1 >= len(self._sources[s].tokens) or (s, last + 1) in self.state.used:
            return False
        if self.state.role in VALUE_ROLES:
            longer = (
                (t, i, p) for t, i, p in self._values(self.state.role) if t == s and i == first and p > last
            )
            return any(self._unused(*span) for span in longer)
        return self._ends_later(s, last + 1)

    def _ends_later(self, s: int, at: int) -> bool:
        """Whether a span may end at token `at` or after it, before the next word that has its role."""
        text = self._sources[s]
        while at < len(text.tokens) and (s, at) not in self.state.used:
            if at in text.ends:
                return True
            at += 1
        return False

    def _whole(self, s: int, first: int, last: int) -> bool:
        """Whether the span is one that a person would mean, and says a value of its role."""
        if self.state.role in VALUE_ROLES:
            return (s, first, last) in self._values(self.state.role)
        return last in self._sources[s].ends

    def _unused(self, s: int, first: int, last: int) -> bool:
        return not any((s, i) in self.state.used for i in range(first, last + 1))

    def _values(self, role: str) -> set[tuple[int, int, int]]:
        """Every span that can be read as a value of `role`."""
        if role not in self._readable:
            longest = MAX_LIST if role == "ordinals" else MAX_VALUE
            self._readable[role] = {
                (s, first, last)
                for s, text in enumerate(self._sources)
                for first in text.begins
                for last in range(first, min(first + longest, len(text.tokens)))
                if last in text.ends and _reads(role, text.text(first, last))
            }
        return self._readable[role]

    def _after_argument(self) -> set[int]:
        state, ids = self.state, self._ids
        tool = state.calls[-1]
        found: set[int] = set()
        for slot in self._next_slots(tool):
            found |= {ids[token] for token in slot.tokens if token in ids}
        if self._complete(tool):
            found.add(ids[notation.END])
            if len(state.calls) < MAX_CALLS:
                found |= {ids[f"<{name}>"] for name in self._tools_after(self._gives(), first=False)}
        return found

    def _next_slots(self, tool: str) -> Iterable[Slot]:
        """The arguments that may come next: they keep their order, so none that is needed may be left behind."""
        declared, given = catalogue()[tool], self.state.given
        left = notation.slots(tool)[self.state.next_slot :]
        fed = len(self.state.calls) > 1
        targets = [slot for slot in left if slot.name in declared.targets]
        wanting = not fed and bool(declared.targets) and not given & set(declared.targets)
        for slot in left:
            yield slot
            if slot.name in declared.required or (wanting and slot == targets[-1]):
                return

    def _complete(self, tool: str) -> bool:
        declared = catalogue()[tool]
        if not declared.required <= self.state.given:
            return False
        fed = len(self.state.calls) > 1
        return fed or not declared.targets or bool(self.state.given & set(declared.targets))

    def _gives(self) -> str:
        kind = self.state.kind
        for tool in self.state.calls:
            gives = catalogue()[tool].gives
            kind = self.state.kind if gives == "last" else kind if gives == "same" else str(gives)
        return kind

    def _tools_after(self, kind: str, *, first: bool) -> list[str]:
        if not first:
            return [
                name for name in catalogue() if kind in catalogue()[name].takes and f"<{name}>" in self._ids
            ]
        return [name for name in catalogue() if f"<{name}>" in self._ids and not self._only_fed(name)]

    def _only_fed(self, name: str) -> bool:
        return name.startswith("rows.") and bool(catalogue()[name].takes)

    def take(self, token: int) -> None:
        """Go on with `token`, one of the allowed ones."""
        state = self.state
        name = self._names.get(token)
        if name is None:
            self._copy(token)
            return
        if state.copying:
            self._give_role()
        state.copying, state.role, state.copied, state.spans = "", "", 0, []
        if name in (notation.END, notation.NONE):
            state.done = True
            return
        body = name[1:-1]
        if body in catalogue():
            state.calls.append(body)
            state.next_slot, state.given = 0, set()
            return
        key = body.rstrip(":").partition("=")[0]
        declared = notation.slots(state.calls[-1])
        state.next_slot = next(i for i, slot in enumerate(declared) if slot.name == key) + 1
        state.given.add(key)
        if body.endswith(":"):
            state.copying, state.role = key, declared[state.next_slot - 1].role

    def _give_role(self) -> None:
        """A word of the sentence plays one part in a plan; words of the plan before may be used again.

        Where the same words stand twice it cannot be told which were meant, so neither is taken.
        """
        spans = [
            (first, last) for s, first, last in self.state.spans if s == 0 and self._whole(s, first, last)
        ]
        if len(spans) == 1:
            self.state.used |= {(0, i) for i in range(spans[0][0], spans[0][1] + 1)}

    def _copy(self, token: int) -> None:
        state = self.state
        if not state.copied:
            state.spans = [(s, i, i) for s, i in self._beginnings() if self._sources[s].tokens[i] == token]
        else:
            state.spans = [
                (s, i, p + 1)
                for s, i, p in state.spans
                if p + 1 < len(self._sources[s].tokens) and self._sources[s].tokens[p + 1] == token
            ]
        if state.role in PATH_ROLES:  # src of "src2" in the sentence does not become "src/main.py" of before
            state.spans = self._meant()
        state.copied += 1


def _apart(spans: Iterable[tuple[int, int]]) -> int:
    """How many of the spans lie beside each other: "a.tar" and "a.tar.gz" are one name."""
    count, behind = 0, 0
    for first, last in sorted(spans, key=lambda span: span[1]):
        if first >= behind:
            count, behind = count + 1, last + 1
    return count


def _reads(role: str, text: str) -> bool:
    """Whether `text` is a value of `role`."""
    try:
        _reader(role)(text)
    except ValueError:
        return False
    return True


def log_probability(logits: Sequence[float], token: int, allowed: Iterable[int]) -> float:
    """The natural logarithm of the softmax of `logits` at `token`, among the tokens that may follow.

    Inside a copied name nothing else may follow, so an unfamiliar name is no doubt about the plan.
    """
    possible = [logits[i] for i in allowed]
    top = max(possible)
    return logits[token] - top - math.log(sum(math.exp(x - top) for x in possible))


def read_calls(tokens: Sequence[int], ids: dict[str, int], piece: Callable[[int], bytes]) -> tuple[Call, ...]:
    """The calls that decoded tokens spell; bytes of copied words are joined before they are decoded."""
    names = {number: name for name, number in ids.items()}
    parts: list[tuple[str, bool]] = []
    buffer = b""
    for token in tokens:
        name = names.get(token)
        if name is None:
            buffer += piece(token)
            continue
        if buffer:
            parts.append((buffer.decode("utf-8", "surrogateescape"), False))
            buffer = b""
        if name not in (notation.END, notation.NONE):
            parts.append((name, True))
    if buffer:
        parts.append((buffer.decode("utf-8", "surrogateescape"), False))
    return notation.read(parts)
