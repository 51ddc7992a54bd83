"""How well the exported model plans, by the very code that ships, on sentences it never saw.

    python models/evaluate.py [--gguf models/nlsh.gguf] [--misses] [--json FILE]

The sets are evaluation/*.txt and what public.py holds out. A plan is right when every call and every argument is,
after both have been made into values ("ten" is 10). Beside the model stands a baseline:
the plan of the nearest written phrasing by TF-IDF, with its values copied as they are.
"""

import argparse
import json
import math
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from nlsh.agent.embedded import EmbeddedPlanner
from nlsh.config import shipped_model
from nlsh.tool import all_tools, find_tool
from nlsh.turn import Call, Utterance

LIST = (Call("files.list", {}),)


@dataclass(frozen=True)
class Case:
    """A sentence, the turn before it, and the plan that is right."""

    text: str
    plan: tuple[Call, ...]
    before: tuple[Call, ...]
    kind: str
    source: str


def parse_plan(text: str) -> tuple[Call, ...]:
    """`files.find type=pdfs under="my folder" | files.delete` as calls; `none` as none."""
    if text.strip() == "none":
        return ()
    calls = []
    for step in text.split(" | "):
        tool, _, rest = step.strip().partition(" ")
        args = {k: (v.strip('"') if v else True) for k, v in re.findall(r'(\w+)(?:=("[^"]*"|\S+))?', rest)}
        calls.append(Call(tool, args))
    return tuple(calls)


def kind_after(calls: tuple[Call, ...]) -> str:
    """The kind of rows that a plan leaves."""
    kind = "none"
    for call in calls:
        gives = find_tool(call.tool).gives
        kind = kind if gives == "same" else "files" if gives == "last" else str(gives)
    return kind


def cases() -> list[Case]:
    """Every evaluation sentence."""
    found = []
    for path in sorted((HERE / "evaluation").glob("*.txt")):
        before: tuple[Call, ...] = ()
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("< "):
                before = parse_plan(line[2:])
            elif " => " in line and not line.startswith("#"):
                text, _, plan = line.rpartition(" => ")
                found.append(Case(text.strip(), parse_plan(plan), before, kind_after(before), path.stem))
    return found + strangers()


def strangers() -> list[Case]:
    """Held-out sentences of the public data, where it is present: written by people who never saw nlsh."""
    from public import pairs

    return [Case(pair.said, pair.calls, (), "none", "strangers") for pair in pairs() if pair.held_out]


def values(calls: tuple[Call, ...]) -> list[tuple[str, dict[str, object]]]:
    """Calls with their arguments made into values, for comparing."""
    found: list[tuple[str, dict[str, object]]] = []
    for call in calls:
        try:
            found.append((call.tool, find_tool(call.tool).args(**call.args).model_dump()))
        except ValueError:
            found.append((call.tool, dict(call.args)))
    return found


class Nearest:
    """The baseline: the plan of the most similar written phrasing (TF-IDF, cosine)."""

    def __init__(self) -> None:
        from corpus import phrasings

        self.items = [
            (self._words(re.sub(r"[{<@]\w+[}>]?", "", p.text)), p.plan)
            for p in phrasings()
            if p.before is None
        ]
        counts = Counter(word for words, _ in self.items for word in set(words))
        self.weight = {word: math.log(len(self.items) / n) for word, n in counts.items()}

    def _words(self, text: str) -> list[str]:
        return re.findall(r"[\u4e00-\u9fff]|[a-z]+", text.lower())

    def tools(self, text: str) -> list[str]:
        """The tools of the nearest phrasing's plan."""
        words = set(self._words(text))

        def score(item: tuple[list[str], str]) -> float:
            own = set(item[0])
            norm = math.sqrt(sum(self.weight[w] ** 2 for w in own)) or 1.0
            return sum(self.weight.get(w, 0.0) ** 2 for w in words & own) / norm

        plan = max(self.items, key=score)[1]
        return [] if plan == "none" else [step.split(" ")[0] for step in plan.split(" | ")]


def main() -> None:
    """Evaluate and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gguf", type=Path, default=None)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--set", default="", help="only the sets whose name begins so")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    planner = EmbeddedPlanner(options.gguf or shipped_model())
    nearest = Nearest()
    right: dict[str, list[bool]] = defaultdict(list)
    spent, covered, covered_right, harm, baseline = [], 0, 0, 0, 0
    everything = [case for case in cases() if case.source.startswith(options.set)]
    from lint import templates

    patterns = list(templates().values())
    for case in everything:
        begun = time.perf_counter()
        plan = planner.plan(Utterance(case.text, "/home/user/work", time.time()), case.before, case.kind)
        spent.append(time.perf_counter() - begun)
        sure = plan.confidence >= planner.threshold(plan.calls) or not plan.calls
        good = values(plan.calls) == values(case.plan)
        if not case.plan:
            good = good or not sure  # asked back instead of acting: also a refusal
        manager = (
            case.plan[-1 if case.plan[0].tool == "session.last" else 0].tool.split(".")[0]
            if case.plan
            else "none"
        )
        familiar = any(pattern.fullmatch(case.text) for pattern in patterns)
        groups = [
            case.source,
            f"manager {manager}",
            "pattern of the corpus" if familiar else "pattern never seen",
        ]
        for group in groups:
            right[group].append(good)
        if sure:
            covered += 1
            covered_right += good
        if sure and not good and any(find_tool(call.tool).changes for call in plan.calls):
            harm += 1
        baseline += nearest.tools(case.text) == [call.tool for call in case.plan]
        if options.misses and not good:
            print(
                f"{case.source}: {case.text}\n   wanted {case.plan}\n   got    {plan.calls} ({plan.confidence:.2f})"
            )
    table = {group: (sum(marks), len(marks)) for group, marks in sorted(right.items())}
    for group, (good, count) in table.items():
        print(f"{group:<22} {good:>4} of {count:<4} {good / count:.1%}")
    total = sum(sum(m) for g, m in right.items() if not g.startswith(("manager ", "pattern ")))
    print(f"{'all':<22} {total:>4} of {len(everything):<4} {total / len(everything):.1%}")
    print(
        f"above the threshold: {covered_right} of {covered} right ({covered_right / covered:.1%}), coverage {covered / len(everything):.1%}"
    )
    print(f"wrong plans that would change something, above the threshold: {harm} of {len(everything)}")
    print(f"baseline (nearest phrasing by TF-IDF), tools alone right: {baseline / len(everything):.1%}")
    told = [(name, text) for name, tool in all_tools() for text in tool.examples]
    kept = sum(
        name in [c.tool for c in planner.read(Utterance(text, "/home/user", time.time()), LIST, "files")[0]]
        for name, text in told
    )
    print(f"the tools' own examples: {kept} of {len(told)} lead to their tool")
    print(f"sentence to plan: median {sorted(spent)[len(spent) // 2] * 1000:.1f} ms")
    if options.json:
        report = {
            "groups": table,
            "all": [total, len(everything)],
            "harm": harm,
            "covered": [covered_right, covered],
        }
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
