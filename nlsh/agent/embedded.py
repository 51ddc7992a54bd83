"""The planner of the embedded model: a small GGUF that knows the tools by heart."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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


def _best(grammar: Grammar, allowed: set[int], logits: Mapping[int, float]) -> int:
    """The likeliest of the allowed tokens that leads on; the likeliest at all where none does."""
    left = set(allowed)
    while left:
        token = max(left, key=logits.__getitem__)
        if grammar.leads_on(token):
            return token
        left.discard(token)
    return max(allowed, key=logits.__getitem__)


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
        logits = self.model.start(tokens)
        exists = named_in(utterance.cwd)
        calls, features = self._decode(logits, kind, sources, None, exists)
        confidence = self._confidence(features)
        if calls and confidence >= self.threshold(calls):
            return Plan(Act(calls), confidence)
        alternatives = self._alternatives(begin, logits, kind, sources, calls, exists)
        return Plan(Act(calls) if calls else Nothing(), confidence, alternatives)

    def read(
        self, utterance: Utterance, previous: Sequence[Call], kind: str
    ) -> tuple[tuple[Call, ...], list[float]]:
        """The most likely calls and the log-probability of each token taken: what confidence is fitted on."""
        tokens, sources = self._prompt(utterance, previous, kind)
        return self._decode(self.model.start(tokens), kind, sources, None, named_in(utterance.cwd))

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
        self,
        logits: Logits,
        kind: str,
        sources: list[Source],
        forced: int | None,
        exists: Callable[[str], bool],
    ) -> tuple[tuple[Call, ...], list[float]]:
        """Greedy under the grammar; to say that nothing is meant takes `reluctance` nats more, as was fitted; `forced` is the first token when another reading is wanted.

        Also returns the log-probability of each token taken: within a copied name among those allowed, else among all.
        """
        grammar = Grammar(self._ids, kind, sources, exists)
        if forced is None:
            logits[self._ids[notation.NONE]] -= self.reluctance
        taken: list[int] = []
        chances: list[float] = []
        while not grammar.state.done and len(taken) < MAX_OUTPUT:
            allowed = grammar.allowed()
            if not allowed:
                return (), [-20.0]
            for favoured in grammar.likely() & allowed:
                logits[favoured] += FAVOUR
            if forced is not None and not taken:
                token = forced
            else:
                token = _best(grammar, allowed, logits)
            rivals = allowed if grammar.state.copying else allowed | self._functional
            chances.append(log_probability(logits, token, rivals))
            grammar.take(token)
            taken.append(token)
            if not grammar.state.done:
                logits = self.model.feed([token])
        if not grammar.state.done:
            return (), [-20.0]
        return read_calls(taken, self._ids, self.piece), chances

    def _confidence(self, chances: list[float]) -> float:
        """The probability that the plan is right, from a logistic curve fitted on held-out phrasings."""
        if self._weights is _UNFITTED:
            return math.exp(sum(chances))
        score = sum(weight * x for weight, x in zip(self._weights, features(chances), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))

    def _alternatives(
        self,
        begin: int,
        logits: Logits,
        kind: str,
        sources: list[Source],
        best: tuple[Call, ...],
        exists: Callable[[str], bool],
    ) -> tuple[Act, ...]:
        everything = Grammar(self._ids, kind, sources).allowed()
        allowed = everything - {self._ids[notation.NONE]}
        found = [Act(best)] if best else []
        for token in sorted(allowed, key=logits.__getitem__, reverse=True)[: ALTERNATIVES + 1]:
            if log_probability(logits, token, everything) < -6.0 or len(found) >= ALTERNATIVES:
                break
            self.model.rewind(begin)
            calls, _ = self._decode(logits, kind, sources, token, exists)
            if calls and Act(calls) not in found:
                found.append(Act(calls))
        return tuple(found)
