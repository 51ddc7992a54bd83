"""Checks the corpus: every plan validates, every value is grounded, nothing leaks from the evaluation.

    python models/lint.py

Exit status 1 when something is wrong; the balance per tool is always printed.
"""

import re
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from corpus import Builder, Example, phrasings, words

from nlsh.agent import notation
from nlsh.agent.decoding import Grammar
from nlsh.agent.spans import source
from nlsh.catalogue import catalogue
from nlsh.tool import find_tool
from nlsh.turn import Call


def lint() -> list[str]:
    """What is wrong with the corpus: plans that do not validate, values that the sentence does not hold."""
    problems = []
    builder = Builder(1)
    for phrasing in phrasings():
        for _ in range(3):
            try:
                example = builder.make(phrasing, noise=False)
                problems.extend(_problems(example))
            except Exception as error:
                problems.append(f"{phrasing.source}: {phrasing.text} = {phrasing.plan}: {error!r}"[:300])
                break
    return problems + leaks()


def templates() -> dict[str, re.Pattern[str]]:
    """Every written phrasing without fragments as a pattern: slots match anything, `@word` one of its words."""
    found = {}
    for phrasing in phrasings():
        letters = re.sub(r"\{\w+\}|@[a-z]+|\W", "", phrasing.text)
        if "<" in phrasing.text or len(letters) < (2 if phrasing.chinese else 6):
            continue  # a pattern that is nearly all slots fits everything
        parts = re.split(r"(\{\w+\}|@[a-z]+)", phrasing.text)
        pattern = "".join(_part(part) for part in parts)
        found[phrasing.text] = re.compile(pattern, re.IGNORECASE)
    return found


def _part(part: str) -> str:
    if part.startswith("{"):
        return "(.+)"
    if part.startswith("@"):
        return "(" + "|".join(re.escape(word) for word in words()[part[1:]]) + ")"
    return re.escape(part)


def leaks() -> list[str]:
    """Evaluation sentences that stand in the corpus word for word."""
    from evaluate import cases

    literal = {p.text.lower().strip(" ?!.") for p in phrasings()}
    literal |= {e.lower().strip(" ?!.") for entry in catalogue().values() for e in entry.examples}
    return [
        f"evaluation/{c.source}: {c.text!r} stands in the corpus, or is a tool's example"
        for c in cases()
        if c.text.lower().strip(" ?!.") in literal
    ]


def _problems(example: Example) -> list[str]:
    found = []
    if not _reachable(example):
        found.append(
            f"{example.text!r}: the grammar does not allow {example.calls} ({example.phrasing})"[:300]
        )
    context = example.text + " " + " ".join(str(v) for c in example.previous for v in c.args.values())
    for call in example.calls:
        find_tool(call.tool).args(**call.args)
        for slot in notation.slots(call.tool):
            value = call.args.get(slot.name)
            if slot.mode == "copy" and value is not None and str(value) not in context:
                found.append(f"{example.text!r}: '{value}' is not in the sentence ({example.phrasing})"[:300])
    return found


def grounded(text: str, calls: tuple[Call, ...]) -> bool:
    """Whether a plan made elsewhere validates, stands in its sentence and can be said by the decoder."""
    return not _problems(Example(text, calls))


def _pieces(text: str) -> list[str]:
    """Words, single digits, marks and Chinese characters: as coarse as any tokenizer may cut."""
    return re.findall(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+|.", text, re.DOTALL)


def _reachable(example: Example) -> bool:
    """Whether the decoder's grammar lets the written plan through."""
    known: dict[str, int] = {}
    ids = {token: 100_000 + n for n, token in enumerate(notation.functional_tokens())}

    def tokens(text: str) -> list[int]:
        return [known.setdefault(piece, len(known)) for piece in _pieces(text)]

    texts = [example.text, *(text for text, functional in notation.spell(example.previous) if not functional)]
    sources = [source(tokens(text), [piece.encode() for piece in _pieces(text)]) for text in texts]
    grammar = Grammar(ids, example.kind, sources)
    plan = [
        i
        for text, functional in notation.spell(example.calls)
        for i in ([ids[text]] if functional else tokens(text))
    ]
    for token in [*(plan or [ids[notation.NONE]]), *([ids[notation.END]] if plan else [])]:
        if token not in grammar.allowed():
            return False
        grammar.take(token)
    return True


def main() -> int:
    """Print what is wrong, and the balance."""
    problems = lint()
    for problem in problems[:40]:
        print(problem)
    lines = {p.text for p in phrasings()}
    chinese = len({p.text for p in phrasings() if p.chinese})
    held = sum(p.held_out for p in phrasings())
    print(f"{len(lines)} distinct phrasings, {chinese} Chinese, {held} held out, {len(problems)} problems")
    tools = Counter(step.split(" ")[0] for p in phrasings() for step in p.plan.split(" | "))
    print("phrasings per tool:", ", ".join(f"{tool} {count}" for tool, count in tools.most_common()))
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
