"""The planner of the embedded model: a small GGUF that knows the tools by heart."""

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlsh.agent import notation
from nlsh.agent.decoding import Grammar, log_probability, read_calls
from nlsh.agent.llama import Logits, load
from nlsh.agent.spans import Source, source
from nlsh.catalogue import catalogue
from nlsh.config import shipped_model
from nlsh.errors import NlshError, NotUnderstood
from nlsh.turn import Act, Call, Nothing, Plan, Utterance

CONTEXT_TOKENS = 512
MAX_OUTPUT = 160
ALTERNATIVES = 3
FAVOUR = 4.0  # added to the logits of tokens that go on with the name of what is there, or with a quotation
# How many other ways are tried where a plan is unsure, and by how many nats less likely they may begin.
FORKS, NEAR = 4, -3.0
_SURE = math.log(0.8)
COST_OF_CHANGING, COST_OF_READING = 4.0, 1.0
_TABLES = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson")
_LAST = Call("session.last", {})
_UNFITTED = (0.0, 1.0, 0.0, 0.0, 0.0)


def named_in(cwd: str) -> Callable[[str], bool]:
    """Whether words name a file or folder of `cwd` or the home: a look at the name, never at what is in it."""
    home = os.path.expanduser("~")

    def exists(words: str) -> bool:
        if len(words) > 255 or "\0" in words:
            return False
        path = os.path.expanduser(words)
        return os.path.lexists(os.path.join(cwd, path)) or os.path.lexists(os.path.join(home, path))

    return exists


def features(chances: Sequence[float]) -> tuple[float, ...]:
    """What confidence looks at, from the log-probabilities of the tokens taken.

    A constant, the least of them, their sum, the first one (the choice of tool), and the
    surprise of the least one squashed, which tells "slightly unsure" from "quite wrong".
    """
    least = max(min(chances), -20.0)
    return (1.0, least, max(sum(chances), -40.0), max(chances[0], -20.0), math.exp(least))


def _as_table(previous: Sequence[Call]) -> Call | None:
    """The table that the last turn read as text, as a table; None where it did not read one."""
    path = str(previous[-1].args.get("path", "")) if previous and previous[-1].tool == "files.read" else ""
    return Call("text.table", {"path": path}) if path.lower().endswith(_TABLES) else None


@dataclass(frozen=True, slots=True)
class Fork:
    """A place in a plan where another token was nearly as likely: where, which one, by how much less, and its log-probability."""

    at: int
    token: int
    gap: float
    chance: float


@dataclass(slots=True)
class Reading:
    """A decoded plan: its calls, the tokens taken, the log-probability of each, and where it could have gone another way.

    A log-probability is within a copied name among the tokens allowed, else among all functional ones.
    """

    calls: tuple[Call, ...] = ()
    tokens: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    forks: list[Fork] = field(default_factory=list)

    @property
    def likelihood(self) -> float:
        """The log-probability of the whole plan."""
        return sum(self.chances)


def _leading(grammar: Grammar, allowed: set[int], logits: Mapping[int, float]) -> Iterator[int]:
    """The allowed tokens that lead on, the likeliest first; the likeliest at all where none does."""
    left, found = set(allowed), False
    while left:
        token = max(left, key=logits.__getitem__)
        if grammar.leads_on(token):
            found = True
            yield token
        left.discard(token)
    if not found:
        yield max(allowed, key=logits.__getitem__)


class EmbeddedPlanner:
    """One sentence, one evaluation of the prompt, about ten tokens of plan."""

    def __init__(self, path: Path | None = None) -> None:
        self.model = load(path or shipped_model(), CONTEXT_TOKENS)
        first = self.model.metadata("nlsh.first_token")
        if first is None or not first.isdigit():
            self.model.close()
            raise NlshError(
                "model",
                f"{self.model.path} was not made for nlsh",
                "leave --model out to use the one that comes with it",
            )
        self._ids = {self.model.token_text(token): token for token in range(int(first), self.model.size)}
        missing = [
            token
            for token in (notation.SAY, notation.PLAN, notation.END, notation.NONE)
            if token not in self._ids
        ]
        if missing:
            self.model.close()
            raise NlshError(
                "model", f"{self.model.path} lacks {missing[0]}", "it was made for another version of nlsh"
            )
        self._weights = self._numbers("nlsh.confidence") or _UNFITTED
        self.reluctance = (self._numbers("nlsh.reluctance") or (0.0,))[0]
        self._functional = set(self._ids.values())
        self._pieces: dict[int, bytes] = {}

    def threshold(self, calls: Sequence[Call]) -> float:
        """Where acting begins to pay: a wrong act costs so many needless questions, more if it changes something.

        With probability p of being right and a cost of c, acting pays from p = c / (1 + c).
        """
        cost = COST_OF_CHANGING if any(catalogue()[call.tool].changes for call in calls) else COST_OF_READING
        return cost / (1 + cost)

    def _numbers(self, key: str) -> tuple[float, ...] | None:
        text = self.model.metadata(key)
        return tuple(float(x) for x in text.strip("[]").split(",")) if text else None

    def piece(self, token: int) -> bytes:
        """The bytes of a token, remembered."""
        if token not in self._pieces:
            self._pieces[token] = self.model.piece(token)
        return self._pieces[token]

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        """The most likely plan; the next best first tools as alternatives when it is not certain.

        Where a table was read as the text that it is, and the sentence makes no sense of a text, it is read as one about the table.
        """
        plan = self._plan(utterance, previous, kind)
        table = _as_table(previous) if kind == "text" and not self._sure(plan) else None
        if table is None:
            return plan
        again = self._plan(utterance, (table,), "records")
        if not again.calls or not self._sure(again):
            return plan
        return replace(again, proposal=Act(tuple(table if call == _LAST else call for call in again.calls)))

    def _sure(self, plan: Plan) -> bool:
        """Whether it would be acted on as it is: that nothing is meant can be sure as well."""
        return plan.confidence >= self.threshold(plan.calls)

    def _plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        tokens, sources = self._prompt(utterance, previous, kind)
        begin = len(tokens)
        if begin + MAX_OUTPUT > CONTEXT_TOKENS:
            raise NotUnderstood(
                "that is too long for one sentence",
                "say it in fewer words, or in several sentences",
                code="too_long",
            )
        best, logits, grammar = self._best(tokens, sources, utterance, kind)
        confidence = self._confidence(best.chances)
        if best.calls and confidence >= self.threshold(best.calls):
            return Plan(Act(best.calls), confidence)
        alternatives = self._alternatives(begin, logits, grammar, best)
        return Plan(Act(best.calls) if best.calls else Nothing(), confidence, alternatives)

    def read(
        self, utterance: Utterance, previous: Sequence[Call], kind: str
    ) -> tuple[tuple[Call, ...], list[float]]:
        """The most likely calls and the log-probability of each token taken: what confidence is fitted on."""
        tokens, sources = self._prompt(utterance, previous, kind)
        best, _, _ = self._best(tokens, sources, utterance, kind)
        return best.calls, best.chances

    def _best(
        self, tokens: list[int], sources: list[Source], utterance: Utterance, kind: str
    ) -> tuple[Reading, Logits, Callable[[], Grammar]]:
        """The likeliest plan as a whole: the greedy one, or where that is unsure one that leaves it at a fork.

        The likeliest token is now and then the beginning of an unlikely plan, and one step of looking elsewhere finds most of
        what a beam would. To say that nothing is meant takes `reluctance` nats more, as was fitted.
        """
        exists = named_in(utterance.cwd)

        def grammar() -> Grammar:
            return Grammar(self._ids, kind, sources, exists)

        logits = self.model.start(tokens)
        logits[self._ids[notation.NONE]] -= self.reluctance
        best = greedy = self._decode(logits, grammar(), [], [])
        if greedy.likelihood < _SURE:
            for fork in sorted(greedy.forks, key=lambda fork: -fork.gap)[:FORKS]:
                self.model.rewind(len(tokens) + fork.at)
                begun = [*greedy.tokens[: fork.at], fork.token]
                other = self._decode(None, grammar(), begun, [*greedy.chances[: fork.at], fork.chance])
                best = max(best, other, key=lambda reading: reading.likelihood)
        return best, logits, grammar

    def _prompt(
        self, utterance: Utterance, previous: Sequence[Call], kind: str
    ) -> tuple[list[int], list[Source]]:
        tokens: list[int] = []
        sources: list[Source] = []
        for text, functional in notation.prompt(utterance.text, previous, kind):
            if functional:
                tokens.append(self._ids.get(text, self._ids[notation.SAY]))
                continue
            found = self.model.tokenize(text)
            tokens += found
            if text is not notation.FOLDER:
                sources.append(source(found, [self.piece(token) for token in found]))
        return tokens, [sources[-1], *sources[:-1]]  # the sentence, which is read last, comes first

    def _decode(
        self, logits: Logits | None, grammar: Grammar, begun: list[int], chances: list[float]
    ) -> Reading:
        """Greedy under the grammar, after the tokens `begun`, the last of which the network has not seen yet; without calls, and most unlikely, where that leads nowhere."""
        reading = Reading((), begun, chances)
        for token in begun:
            grammar.take(token)
        while not grammar.state.done and len(reading.tokens) < MAX_OUTPUT:
            if logits is None:
                logits = self.model.feed([reading.tokens[-1]])
            allowed = grammar.allowed()
            if not allowed:
                break
            for favoured in grammar.likely() & allowed:
                logits[favoured] += FAVOUR
            rivals = allowed if grammar.state.copying else allowed | self._functional
            self._step(reading, grammar, allowed, rivals, logits)
            logits = None
        if not grammar.state.done:
            return Reading((), reading.tokens, [*reading.chances, -20.0], reading.forks)
        reading.calls = read_calls(reading.tokens, self._ids, self.piece)
        return reading

    def _step(
        self, reading: Reading, grammar: Grammar, allowed: set[int], rivals: set[int], logits: Logits
    ) -> None:
        """Take the likeliest token that leads on, and note the next likeliest, where it is near."""
        leading = _leading(grammar, allowed, logits)
        token = next(leading)
        chance = log_probability(logits, token, rivals)
        near = any(other != token and logits[other] - logits[token] > NEAR for other in allowed)
        other = next(leading, None) if near else None
        if other is not None and (gap := logits[other] - logits[token]) > NEAR:
            reading.forks.append(Fork(len(reading.tokens), other, gap, chance + gap))
        reading.chances.append(chance)
        grammar.take(token)
        reading.tokens.append(token)

    def _confidence(self, chances: list[float]) -> float:
        """The probability that the plan is right, from a logistic curve fitted on held-out phrasings."""
        if self._weights is _UNFITTED:
            return math.exp(sum(chances))
        score = sum(weight * x for weight, x in zip(self._weights, features(chances), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))

    def _alternatives(
        self, begin: int, logits: Logits, grammar: Callable[[], Grammar], best: Reading
    ) -> tuple[Act, ...]:
        everything = grammar().allowed()
        allowed = everything - {self._ids[notation.NONE]}
        found = [Act(best.calls)] if best.calls else []
        for token in sorted(allowed, key=logits.__getitem__, reverse=True)[: ALTERNATIVES + 1]:
            chance = log_probability(logits, token, everything)
            if chance < -6.0 or len(found) >= ALTERNATIVES:
                break
            self.model.rewind(begin)
            calls = self._decode(None, grammar(), [token], [chance]).calls
            if calls and Act(calls) not in found:
                found.append(Act(calls))
        return tuple(found)
