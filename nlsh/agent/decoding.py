"""Decoding under a grammar made from the tool registry and the sentence itself.

At every step only those tokens are possible that lead to a valid plan: a tool that takes
what the call before gives, an argument that it has and that was not given yet, and, for
a copied argument, the next token of some span of the sentence or of the plan before.
The model chooses among them; it can neither misspell a name nor invent one.

The grammar is a small automaton over token ids rather than GBNF text: it costs a lookup
a token, and a malformed one cannot bring the process down.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nlsh.agent import notation
from nlsh.agent.copying import MAX_COPY, Span, Words, apart
from nlsh.agent.spans import Source
from nlsh.catalogue import Slot, catalogue
from nlsh.turn import Call

MAX_CALLS = 5
PATH_ROLES = ("path", "target", "new_path")


@dataclass(slots=True)
class State:
    """Where in a plan the decoder is."""

    kind: str
    calls: list[str] = field(default_factory=list)
    next_slot: int = 0
    given: set[str] = field(default_factory=set)
    copying: str = ""
    role: str = ""
    spans: list[Span] = field(default_factory=list)
    copied: int = 0
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
        self._names = {number: name for name, number in ids.items()}
        self._words = Words(sources, exists)
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
            if state.copied and any(self._words.whole(state.role, span) for span in self._meant()):
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
        role, words = self.state.role, self._words
        said = [
            span
            for span in self.state.spans
            if span[0] == 0
            and (words.whole(role, span) or words.goes_on(role, span))
            and not words.points_back(span)
        ]
        return said or self.state.spans

    def likely(self) -> set[int]:
        """Of the allowed tokens those that name what is there, while a path is copied that must be, or what stands in quotation marks, for a text.

        The model has never seen this machine; where the sentence names one of its files, that is a hint. So is what a person
        put in quotation marks.
        """
        state = self.state
        if not state.copying or state.role not in ("path", "target", "text"):
            return set()
        tokens = self._words.sources[0].tokens
        hinted = self._words.quoted() if state.role == "text" else self._words.there()
        if state.role != "text" and len(self._words.sources) > 1 and apart(hinted) <= self._places_left():
            # "copy it to Documents": the one name is the place, and what is copied was named before
            return set()
        if not state.copied:
            free = set(self._beginnings())
            return {tokens[first] for first, _ in hinted if (0, first) in free}
        spans = [(first, last) for s, first, last in state.spans if s == 0]
        longer = {tokens[p + 1] for i, p in spans for first, last in hinted if first == i and last > p}
        if longer:
            return longer
        return self._after_argument() if any(span in hinted for span in spans) else set()

    def _continuations(self) -> set[int]:
        sources, role = self._words.sources, self.state.role
        if not self.state.copied:
            return {sources[s].tokens[i] for s, i in self._beginnings()}
        if self.state.copied >= MAX_COPY:
            return set()
        return {
            sources[s].tokens[p + 1] for s, i, p in self.state.spans if self._words.goes_on(role, (s, i, p))
        }

    def _beginnings(self) -> list[tuple[int, int]]:
        """Where the argument may begin. Where the sentence names enough files for all that this call may take, none is meant from before."""
        paths = self.state.role in PATH_ROLES
        only_said = paths and self._words.names_of_files() > self._places_left()
        return self._words.beginnings(self.state.role, only_said=only_said)

    def leads_on(self, token: int) -> bool:
        """Whether `token`, one of the allowed ones, can be followed by anything: the words that it wants must be there.

        A question of its own, because reading every word as every kind of value would cost more than the network does.
        """
        name = self._names.get(token, "")[1:-1]
        if name in catalogue():
            needed = catalogue()[name].required
            return all(
                self._words.there_is(slot.role) for slot in notation.slots(name) if slot.name in needed
            )
        if not name.endswith(":"):
            return True
        declared = notation.slots(self.state.calls[-1])
        return self._words.there_is(next(slot.role for slot in declared if slot.name == name[:-1]))

    def _places_left(self) -> int:
        """How many more paths and new names this call may take after the argument that is being given."""
        left = notation.slots(self.state.calls[-1])[self.state.next_slot :]
        return sum(slot.role in PATH_ROLES or (slot.name == "to" and slot.role != "") for slot in left)

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
            self._words.give(state.role, state.spans)
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

    def _copy(self, token: int) -> None:
        state = self.state
        if not state.copied:
            state.spans = [
                (s, i, i) for s, i in self._beginnings() if self._words.sources[s].tokens[i] == token
            ]
        else:
            state.spans = [
                (s, i, p + 1)
                for s, i, p in state.spans
                if p + 1 < len(self._words.sources[s].tokens)
                and self._words.sources[s].tokens[p + 1] == token
            ]
        if state.role in PATH_ROLES:  # src of "src2" in the sentence does not become "src/main.py" of before
            state.spans = self._meant()
        state.copied += 1


def log_probability(logits: Mapping[int, float], token: int, allowed: Iterable[int]) -> float:
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
