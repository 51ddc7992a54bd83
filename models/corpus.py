"""Sentences with their plans, made from the written corpus: the data that the model learns from.

`corpus/*.txt` hold phrasings, written by hand, under the plan that they mean:

    = files.find type={type} under={dir} | files.delete     the plan; `none` for no plan
    @delete the {type} in {dir}                             phrasings of it

`{slot}` takes a value from slots.py, `@word` one of the words of words.txt, and
`<part>` a line of fragments.txt, whose arguments go to the call that names it.
`< files` before a plan says that it is a second turn, after one that left files; `< file`, after one
about the one file that the plan calls {file}; `< files.list path={dir}` gives the very plan before.

    python models/corpus.py 20          prints twenty examples
"""

import json
import random
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from slots import fill

from nlsh.tool import find_tool
from nlsh.turn import Call

if TYPE_CHECKING:
    from public import Pair

Drawn = TypeVar("Drawn", "Phrasing", "Pair", str)

EVERYDAY = frozenset(
    """files.find files.list files.read files.search files.info files.usage files.copy files.move files.delete files.rename
    files.make_folder files.write files.append files.archive files.extract files.permissions processes.list processes.find
    processes.stop memory.usage memory.top devices.disks network.ports network.interfaces rows.sort rows.first rows.last
    rows.nth rows.skip rows.count rows.sum rows.where session.last session.undo session.cd session.where shell.run files.named""".split()
)
EVERYDAY_WEIGHT = 3.0
# What is hard for its copied words, and would be drawn too seldom by the number of its phrasings alone.
COPYING = frozenset(
    """files.write files.append text.replace files.rename files.rename_many files.copy files.move files.archive files.extract
    files.compare files.permissions files.make_folder files.delete files.named text.table session.help""".split()
)
COPYING_WEIGHT, FINDING_WEIGHT = 2.0, 0.75
IT_WEIGHT = (
    3.0  # of going on about one file or table: nearly every conversation does, few phrasings are of it
)
ADVICE_WEIGHT = 10.0  # of a question about what was shown, which an act must not answer
PLAIN_SHARE = (
    0.08  # of all examples: the plainest phrasings, known or not, which everything else must not crowd out
)
PUBLIC_SHARE = 0.10  # of all examples, where there are any
# A phrasing whose plan costs the network UNKNOWN_LOSS nats or more is always taken when drawn, one that it knows in KNOWN_SHARE of draws.
UNKNOWN_LOSS, KNOWN_SHARE, DRAWS = 0.35, 0.4, 5
SWAP_SHARE = 0.2  # of the words that another could stand for
DROPPED_SHARE = 0.06  # of the articles, as people in a hurry and from abroad do
HELD_OUT_SHARE = 25  # one phrasing in so many is never trained on
# Turns about one file, after which "it" is that file: `< file`, and with Chinese names `< zfile`; about a table, `< table`.
ABOUT = {
    "file": (
        *["files.read path={file}"] * 6, "files.read path={file} first={n9}", "files.read path={file} last={n9}", "text.count path={file}",
        "text.count path={file} unit=words", "text.count path={file} text={word9}", "text.sort path={file}", "text.unique path={file}",
        "text.number path={file}", "files.open path={file}", "text.case path={file} to=upper", "files.search text={text9} under={file}",
    ),
    "table": (
        "text.table path={csv} | rows.where column={col8} equals={label9}", "text.table path={csv} | rows.where column={col8} above={num9}",
        "text.table path={csv} | rows.sort column={col8}", "text.table path={csv} | rows.first count={n9}",
        "text.table path={csv} | rows.sort column={col8} order=descending | rows.first count={n9}", "session.last | rows.where column={col8} equals={label9}",
    ),
}  # fmt: skip
ABOUT["zfile"] = tuple(plan.replace("{file}", "{zfile}") for plan in ABOUT["file"])
_PIECE = re.compile(r"\{(\w+)\}|<(\w+)>|@([a-z]+)")
_ARTICLE = re.compile(r"\b(?:the|a|an|my) (?=[a-z])")
_I = re.compile(r"(?<![\w./-])i(?![\w./-])")
_FLAG_VALUE = True
CHINESE_TOO = {
    "file": "zfile",
    "newfile": "zfile",
    "dir": "zdir",
    "proc": "zproc",
}  # slots that a Chinese sentence fills with Chinese names as well


@dataclass(frozen=True)
class Phrasing:
    """One written line, its plan, and the turn before it."""

    text: str
    plan: str
    before: str | None
    source: str

    @property
    def held_out(self) -> bool:
        """Whether this line is kept for fitting confidence and never trained on."""
        return zlib.crc32(f"{self.text}|{self.plan}".encode()) % HELD_OUT_SHARE == 7

    @property
    def chinese(self) -> bool:
        """Whether the line is Chinese."""
        return self.source.startswith("zh")


@dataclass
class Example:
    """A sentence in its context, with the calls that it means; no calls means nothing to do."""

    text: str
    calls: tuple[Call, ...]
    previous: tuple[Call, ...] = ()
    kind: str = "none"
    phrasing: Phrasing | None = None
    spans: list[tuple[int, int]] = field(default_factory=list)
    key: str = ""  # under which what it cost the network is remembered


@cache
def words() -> dict[str, list[str]]:
    """The `@word` table."""
    found = {}
    for line in (HERE / "corpus" / "words.txt").read_text("utf-8").splitlines():
        if line.startswith("@"):
            name, _, values = line.partition(" = ")
            found[name[1:]] = values.split("|")
    return found


@cache
def usual(count: int) -> list[float]:
    """Weights of a list of words that begins with the usual ones (Zipf's law, a little flatter)."""
    return [1 / (rank + 2) for rank in range(count)]


@cache
def fragments() -> dict[str, list[tuple[str, str]]]:
    """The `<part>` table: phrase and arguments."""
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in (HERE / "corpus" / "fragments.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            found[name] = []
        elif line and not line.startswith("#"):
            phrase, _, args = line.partition(" =>")
            found[name].append((phrase, args.strip()))
    return found


@cache
def swaps() -> tuple[re.Pattern[str], dict[str, list[str]]]:
    """The words that others may stand for in any sentence, and those others."""
    found: dict[str, list[str]] = {}
    for line in (HERE / "corpus" / "swaps.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            exchanged, _, put = line.partition(" ~ ")
            both = exchanged.split("|")
            for word in both:
                found[word] = [other for other in both + (put.split("|") if put else []) if other != word]
    longest = sorted(found, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in longest if word.isascii())
    han = "|".join(word for word in longest if not word.isascii())
    return re.compile(rf"(?<![\w'./-])(?:{latin})(?![\w'./-])|(?<![哪这那])(?:{han})"), found


@cache
def phrasings() -> tuple[Phrasing, ...]:
    """Every written line."""
    found = []
    for path in sorted((HERE / "corpus").glob("*.txt")):
        if path.stem in ("words", "fragments", "swaps"):
            continue
        plan, before, fresh = "", None, False
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("< "):
                before = line[2:].strip()
            elif line.startswith("= "):
                if plan and before and not fresh:
                    before = None
                plan = line[2:].strip()
            elif line and not line.startswith("#"):
                found.append(Phrasing(line, plan, before, path.stem))
            fresh = line.startswith("< ")
    return tuple(found)


class Builder:
    """Makes examples; one random source, so a seed gives the same ones again."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._chinese = False
        self._plans = [p for p in phrasings() if p.before is None and p.plan != "none" and not p.held_out]
        self._by_kind: dict[str, list[Phrasing]] = {"files": [], "processes": [], "changed": [], "any": []}
        for p in self._plans:
            kind = _gives(p.plan)
            if kind in ("files", "matches"):
                changing = any(
                    t in p.plan
                    for t in (
                        "delete",
                        "move",
                        "copy",
                        "rename",
                        "write",
                        "append",
                        "make_",
                        "archive",
                        "extract",
                        "permissions",
                    )
                )
                self._by_kind["changed" if changing else "files"].append(p)
            elif kind == "processes" and "stop" not in p.plan:
                self._by_kind["processes"].append(p)
        self._by_kind["any"] = self._by_kind["files"] + self._by_kind["processes"]

    def make(self, phrasing: Phrasing, noise: bool = True) -> Example:
        """One example of `phrasing`."""
        values: dict[str, str] = {}
        extra: dict[str, str] = {}
        previous: tuple[Call, ...] = ()
        kind = "none"
        self._chinese = phrasing.chinese
        if phrasing.before is not None:
            if phrasing.before in self._by_kind:
                base = self.make(self.random.choice(self._by_kind[phrasing.before]), noise=False)
                previous, kind = base.calls, _gives_calls(base.calls)
            else:
                plan = self.random.choice(ABOUT.get(phrasing.before, (phrasing.before,)))
                previous = self._calls(plan, values, extra)
                kind = "records" if phrasing.before == "table" else _gives_calls(previous)
        elif self.random.random() < 0.3 and phrasing.plan != "none" and "session.last" not in phrasing.plan:
            base = self.make(self.random.choice(self._plans), noise=False)  # a new thought after another one
            previous, kind = base.calls, _gives_calls(base.calls)
        self._chinese = phrasing.chinese
        pieces = self._expand(phrasing.text, values, extra)
        calls = () if phrasing.plan == "none" else self._calls(phrasing.plan, values, extra)
        text, spans = self._join(pieces, noise, phrasing.chinese, calls == ())
        return Example(text, calls, previous, kind, phrasing, spans, _key(phrasing))

    def _expand(self, text: str, values: dict[str, str], extra: dict[str, str]) -> list[tuple[str, bool]]:
        pieces: list[tuple[str, bool]] = []
        at = 0
        for match in _PIECE.finditer(text):
            pieces.append((text[at : match.start()], False))
            at = match.end()
            slot, part, word = match.groups()
            if slot:
                pieces.append((self._value(slot, values), True))
            elif part:
                phrase, args = self.random.choice(fragments()[part])
                while part in ("cond", "zcond", "place", "zplace") and _clash(phrase, args, extra):
                    phrase, args = self.random.choice(fragments()[part])
                extra[part] = args
                pieces.extend(self._expand(phrase, values, extra))
            else:
                chosen = self._usual(word).replace("{q}", "{frag}")
                pieces.extend(self._expand(chosen, values, extra) if "{" in chosen else [(chosen, False)])
        pieces.append((text[at:], False))
        return pieces

    def _value(self, slot: str, values: dict[str, str]) -> str:
        if slot not in values:
            base = slot.rstrip("0123456789")
            pool = CHINESE_TOO.get(base, slot) if self._chinese and self.random.random() < 0.4 else slot
            value = fill(pool, self.random)
            for _ in range(20):  # one within another could not be told apart
                if not any(value in other or other in value for other in values.values()):
                    break
                value = fill(pool, self.random)
            values[slot] = value
        return values[slot]

    def _calls(self, plan: str, values: dict[str, str], extra: dict[str, str]) -> tuple[Call, ...]:
        calls = []
        for step in plan.split(" | "):
            tool, _, rest = step.partition(" ")
            for part in re.findall(r"<(\w+)>", rest):
                rest = rest.replace(f"<{part}>", extra.get(part, ""))
            args = {}
            for name, value in re.findall(
                r'(\w+)(?:=("[^"]*"|(?:last|past) \{\w+\}|last week|last month|this week|this month|\S+))?',
                rest,
            ):
                if not value:
                    args[name] = _FLAG_VALUE
                    continue
                text = re.sub(r"\{(\w+)\}", lambda m: self._value(m[1], values), value.strip('"'))
                args[name] = text
            calls.append(Call(tool, args))
        return tuple(calls)

    def _join(
        self, pieces: list[tuple[str, bool]], noise: bool, chinese: bool, nothing: bool
    ) -> tuple[str, list[tuple[int, int]]]:
        r = self.random
        out = ""
        spans = []
        quote = r.choice(("'", '"', "`", "“")) if noise and r.random() < 0.08 else ""
        capital = noise and not chinese and r.random() < 0.5  # "I", which the corpus writes small
        for text, is_slot in pieces:
            if is_slot:
                if quote and quote not in out[-1:] and "/" not in text:
                    out += quote
                    spans.append((len(out), len(out) + len(text)))
                    out += text + ("”" if quote == "“" else quote)
                else:
                    spans.append((len(out), len(out) + len(text)))
                    out += text
            else:
                words = self._swapped(text) if noise else text
                words = _I.sub("I", words) if capital else words
                out += self._typo(words) if noise and not chinese and r.random() < 0.08 else words
        if not noise:
            return out, spans
        return self._dress(out, spans, chinese, nothing)

    def _dress(
        self, out: str, spans: list[tuple[int, int]], chinese: bool, nothing: bool
    ) -> tuple[str, list[tuple[int, int]]]:
        r = self.random
        front = ""
        if r.random() < 0.18:
            front = self._usual("zbefore" if chinese else "before")
        if front and (nothing and r.random() < 0.5):
            front = ""
        if r.random() < 0.25 and not chinese and not front and not (spans and spans[0][0] == 0):
            out = out[:1].upper() + out[1:]
        elif front and r.random() < 0.3:
            front = front[:1].upper() + front[1:]
        spans = [(a + len(front), b + len(front)) for a, b in spans]
        out = front + out
        tail = r.random()
        question = re.match(r"(what|which|how|where|who|is|are|do|does|any|can|could)\b", out, re.IGNORECASE)
        open_end = bool(spans) and spans[-1][1] == len(
            out
        )  # where a value ends and a reason begins is hard to say then
        if tail < (0.05 if open_end else 0.14):
            out += self._usual("zreason" if chinese else "reason")
        elif chinese:
            out += r.choice(("。", "？", "!", "?")) if tail < 0.22 else ""
        elif question and tail < 0.5:
            out += "?"
        elif tail < 0.24:
            out += r.choice((".", ".", "!", " .", "..."))
        if r.random() < 0.03 and not spans:
            out = out.upper()
        return out, spans

    def _swapped(self, text: str) -> str:
        """`text` with some of its words exchanged for others that say the same."""
        pattern, others = swaps()
        text = pattern.sub(
            lambda m: self.random.choice(others[m[0]]) if self.random.random() < SWAP_SHARE else m[0], text
        )
        return _ARTICLE.sub(lambda m: "" if self.random.random() < DROPPED_SHARE else m[0], text)

    def _usual(self, name: str) -> str:
        """One word of a table, the usual ones more often."""
        return self.random.choices(words()[name], usual(len(words()[name])))[0]

    def _typo(self, text: str) -> str:
        r = self.random
        if "'" in text and r.random() < 0.5:
            return text.replace("'", "")
        spots = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i - 1].isalpha()]
        if not spots:
            return text
        i = r.choice(spots)
        kind = r.random()
        if kind < 0.35:
            return text[:i] + text[i + 1 :]
        if kind < 0.65:
            return text[: i - 1] + text[i] + text[i - 1] + text[i + 1 :]
        if kind < 0.85:
            return text[:i] + text[i] + text[i:]
        return text[:i] + r.choice("abcdefghijklmnopqrstuvwxyz") + text[i + 1 :]


def _clash(phrase: str, args: str, extra: dict[str, str]) -> bool:
    """Whether a fragment would give an argument that another one has given already."""
    have = {name for other in extra.values() for name in re.findall(r"(\w+)(?==|\b)", other)}
    mine = set(re.findall(r"(\w+)=", args))
    return bool(mine & have)


@cache
def _gives(plan: str) -> str:
    last = "none"
    for step in plan.split(" | "):
        tool = step.split(" ")[0]
        gives = find_tool(tool).gives
        last = last if gives == "same" else "files" if gives == "last" else str(gives)
    return last


def _gives_calls(calls: tuple[Call, ...]) -> str:
    return _gives(" | ".join(call.tool for call in calls)) if calls else "none"


def _everyday(plan: str) -> bool:
    """Whether a plan is of the kind that people ask for day by day."""
    return all(step.split(" ")[0] in EVERYDAY for step in plan.split(" | "))


def _difficulty(plan: str) -> float:
    """How much more often than by its number of phrasings a plan is drawn."""
    tools = [step.split(" ")[0] for step in plan.split(" | ")]
    return COPYING_WEIGHT if tools[0] in COPYING else FINDING_WEIGHT if tools[0] == "files.find" else 1.0


def _directness(phrasing: Phrasing) -> float:
    """How often a phrasing is seen beside the others of its plan: what is short is what people mostly say."""
    if phrasing.source == "en_plain":
        return 60.0
    if phrasing.source.endswith("_usual"):
        return 12.0
    if phrasing.source.endswith(("_life", "_life2", "_morning", "_noon", "_evening")):
        return 5.0
    words = len(re.sub(r"\{\w+\}|<\w+>", "", phrasing.text).split())
    return 8.0 if words <= 1 else 3.0 if words <= 3 else 1.5 if words <= 6 else 1.0


def off_topic(limit: int = 6000) -> list[str]:
    """Sentences of other domains from the public data, where it is present; none otherwise."""
    path = HERE.parent.parent / "shared" / "data" / "utterances" / "clinc150_other_domain.jsonl"
    if not path.exists():
        return []
    known = re.compile(r"\b(time|date|day|timezone|battery|help|who are|repeat|undo|cancel|what can you)\b")
    found = [json.loads(line)["nl"] for line in path.read_text("utf-8").splitlines()]
    found = [text for text in found if not known.search(text)]
    random.Random(5).shuffle(found)
    return found[:limit]


def public() -> list["Pair"]:
    """Sentences of strangers with their plans, where the public data is present; those without a plan are one in six."""
    from public import pairs

    kept = [pair for pair in pairs() if not pair.held_out]
    meant = [pair for pair in kept if pair.calls]
    nothing = [pair for pair in kept if not pair.calls]
    return meant + random.Random(5).sample(nothing, min(len(nothing), len(meant) // 5))


class Stream:
    """Endless training examples: plans weighted so that rare ones are seen, a share of nothing-to-do.

    What the network has been heard to know is drawn less often (a form of prioritised replay, Schaul et al. 2016,
    arXiv:1511.05952): four in five phrasings soon cost it nothing, and seeing them again teaches it little.
    """

    def __init__(self, seed: int) -> None:
        self.losses: dict[str, float] = {}
        self.builder = Builder(seed)
        self.random = self.builder.random
        self.other = off_topic()
        groups: dict[tuple[str, str | None, bool], list[Phrasing]] = {}
        for p in phrasings():
            if not p.held_out and p.plan != "none":
                groups.setdefault((p.plan, p.before, p.chinese), []).append(p)
        self.groups = list(groups.values())
        self.lengths = [[_directness(p) for p in group] for group in self.groups]
        self.weights = [
            len(g) ** 0.75
            * (EVERYDAY_WEIGHT if _everyday(g[0].plan) else 1.0)
            * (IT_WEIGHT if g[0].before in ABOUT else 1.0)
            * _difficulty(g[0].plan)
            for g in self.groups
        ]
        self.plain = [p for group in self.groups for p in group if p.source == "en_plain"]
        self.public = public()
        self.nothing = [p for p in phrasings() if not p.held_out and p.plan == "none"]
        self.seldom = [1.0 if p.before is None else ADVICE_WEIGHT for p in self.nothing]

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> Example:
        roll = self.random.random()
        if roll < 0.05:
            nothing = self._unknown(lambda: self.random.choices(self.nothing, self.seldom)[0])
            return self.builder.make(nothing)
        if roll < 0.09 and self.other:
            text = self._unknown(lambda: self.random.choice(self.other))
            return Example(text, (), phrasing=None, key=text)
        if roll < 0.09 + PUBLIC_SHARE and self.public:
            from public import varied

            pair = self._unknown(lambda: self.random.choice(self.public))
            said, calls = varied(pair, self.random)
            return Example(said, calls, key=_key(pair))
        if roll > 1 - PLAIN_SHARE:
            return self.builder.make(self.random.choice(self.plain))
        return self.builder.make(self._unknown(self._one))

    def _one(self) -> Phrasing:
        number = self.random.choices(range(len(self.groups)), self.weights)[0]
        return self.random.choices(self.groups[number], self.lengths[number])[0]

    def _unknown(self, draw: Callable[[], Drawn]) -> Drawn:
        """One that is not known well, mostly."""
        for _ in range(DRAWS):
            drawn = draw()
            if self.random.random() < max(
                KNOWN_SHARE, self.losses.get(_key(drawn), UNKNOWN_LOSS) / UNKNOWN_LOSS
            ):
                break
        return drawn

    def heard(self, key: str, loss: float) -> None:
        """Take note of what an example of `key` cost the network, in nats for its whole plan."""
        self.losses[key] = 0.6 * self.losses.get(key, loss) + 0.4 * loss


def _key(drawn: "Phrasing | Pair | str") -> str:
    if isinstance(drawn, str):
        return drawn
    return f"{drawn.text}|{drawn.plan}|{drawn.before}" if isinstance(drawn, Phrasing) else drawn.said


def main() -> None:
    """Print examples."""
    stream = Stream(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    for _, example in zip(range(int(sys.argv[1]) if len(sys.argv) > 1 else 20), stream, strict=False):
        plan = " | ".join(f"{c.tool} {c.args}" for c in example.calls) or "none"
        before = " | ".join(f"{c.tool} {c.args}" for c in example.previous)
        print(
            f"{example.text}\n      -> {plan}"
            + (f"\n      after {before} [{example.kind}]" if before else "")
        )


if __name__ == "__main__":
    main()
