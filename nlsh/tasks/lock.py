"""Sentences compiled to plans with holes, kept in FILE.lock: reviewed once, run without a model.

A sentence is planned with sample values in place of its variables; where these come out
again in the plan, the plan gets the holes. An entry holds as long as its sentence, what
came before it and the tools that it names are what they were; a changed sentence
recompiles only its own step.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlsh.agent.outcomes import not_for_me, not_sure
from nlsh.agent.own import QUIET
from nlsh.agent.planner import Planner
from nlsh.catalogue import catalogue
from nlsh.errors import NotUnderstood, UsageError
from nlsh.tasks.parse import Step, TaskFile, wrong
from nlsh.tasks.variables import Variable, filled, names_in, unreadable_hole
from nlsh.tool import find_tool
from nlsh.turn import Act, Call, Plan, RowKind, Turn, Utterance

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Compiled:
    """One step's plan, with `{{name}}` where a value goes in, and what it depends on."""

    title: str
    sentence: str
    calls: tuple[Call, ...]
    depends: str
    confidence: float = 1.0
    alternatives: tuple[Act, ...] = ()


def lock_path(file: Path) -> Path:
    """Where the lock of a task file lies."""
    return file.with_name(file.name + ".lock")


def compiled(
    file: TaskFile,
    planner: Callable[[], Planner],
    known: dict[str, Compiled],
    cwd: str,
    now: float,
    threshold: float | None,
) -> list[Compiled]:
    """The plans of all steps: those of `known` that still hold, the others from the model.

    Raises NotUnderstood with the step's line when a sentence has no sure reading, UsageError when
    a variable has no place in its plan.
    """
    found: list[Compiled] = []
    before: tuple[Call, ...] = ()
    context: tuple[Call, ...] = ()  # the same with sample values in its holes, as a model would meet it
    kind: RowKind = "none"
    for step in file.steps:
        depends = _depends(step, file, before, kind)
        entry = known.get(depends)
        if entry is None or not _tools_are_the_same(entry):
            plan = _planned(step, file, planner(), context, kind, cwd, now, threshold)
            entry = Compiled(
                step.title, step.sentence, plan.calls, depends, plan.confidence, plan.alternatives
            )
        found.append(entry)
        if entry.calls[-1].tool not in QUIET and not step.parallel:
            before, kind = entry.calls, _gives(entry.calls)
            context = tuple(_sampled(call, _samples(step, file)) for call in before)
    return found


def _sampled(call: Call, samples: dict[str, str]) -> Call:
    return Call(call.tool, {k: filled(v, samples) if isinstance(v, str) else v for k, v in call.args.items()})


def _depends(step: Step, file: TaskFile, before: tuple[Call, ...], kind: RowKind) -> str:
    """A digest of all that the plan of a step depends on beside the model and the tools."""
    used = {name: _kind_of(name, file, step) for name in names_in(step.sentence)}
    record = [step.sentence, used, [[c.tool, c.args] for c in before], kind]
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]


def _kind_of(name: str, file: TaskFile, step: Step) -> str:
    variable = file.variables.get(name)
    return "row" if variable is None else f"{variable.type} {','.join(variable.choices)}".strip()


def _tools_are_the_same(entry: Compiled) -> bool:
    """Whether every tool and argument of an entry still exists."""
    for call in entry.calls:
        tool = catalogue().get(call.tool)
        if tool is None or not set(call.args) <= {slot.name for slot in tool.slots}:
            return False
    return True


def _planned(
    step: Step,
    file: TaskFile,
    planner: Planner,
    before: tuple[Call, ...],
    kind: RowKind,
    cwd: str,
    now: float,
    threshold: float | None,
) -> Plan:
    samples = _samples(step, file)
    said = step.sentence
    for name, sample in samples.items():
        said = filled(said, {name: sample})
    plan = planner.plan(Utterance(" ".join(said.split()), cwd, now), before, kind)
    least = threshold if threshold is not None else planner.threshold(plan.calls)
    try:
        turn = Turn(Utterance(said, cwd, now), "", 0)
        if not plan.calls:
            raise not_for_me(plan.alternatives, turn)
        if plan.confidence < least:
            raise not_sure(plan.alternatives, turn)
    except NotUnderstood as error:
        hint = error.hint or (
            "; ".join(error.alternatives) and f"perhaps: {'; or '.join(error.alternatives)}"
        )
        raise NotUnderstood(
            f"{file.name}:{step.line}:1: {error.message}: {step.sentence}",
            hint,
            error.alternatives,
            error.code,
        ) from error
    return replace(plan, proposal=Act(tuple(_with_holes(call, samples) for call in plan.calls)))


def _samples(step: Step, file: TaskFile) -> dict[str, str]:
    """A value to plan with for each name of a sentence, each another one."""
    samples: dict[str, str] = {}
    for name in dict.fromkeys(names_in(step.sentence)):
        variable = file.variables.get(name) or Variable(
            name, "path", "thisfile.txt"
        )  # a row, mostly of a file
        sample, number = variable.sample, 2
        plain = filled(step.sentence, {name: ""})
        while sample in samples.values() or sample in plain:
            first, _, rest = variable.sample.partition(" ")
            sample = f"{first}{number}{' ' + rest if rest else ''}"  # "100 MB" → "1002 MB": still a size
            number += 1
        samples[name] = sample
    return samples


def _with_holes(call: Call, samples: dict[str, str]) -> Call:
    args = {}
    for key, value in call.args.items():
        if isinstance(value, str):
            for name, sample in samples.items():
                value = value.replace(sample, "{{" + name + "}}")
        args[key] = value
    return Call(call.tool, args)


def check_places(file: TaskFile, steps: list[Compiled]) -> None:
    """UsageError for a variable that its step's plan has no place for: its value would change nothing."""
    for step, entry in zip(file.steps, steps, strict=True):
        held = {
            name
            for call in entry.calls
            for value in call.args.values()
            if isinstance(value, str)
            for name in names_in(value)
        }
        for name in names_in(step.sentence):
            if name not in held:
                column = step.sentence.find("{{") + 1
                raise wrong(
                    file.name, step.line, column, f"the plan of this step has no place for {{{{{name}}}}}",
                    "say it as a name, a size, a time or a number",
                )  # fmt: skip


def load(file: Path) -> tuple[dict[str, Compiled], str]:
    """The entries of a file's lock by what they depend on, and the digest of its model; none when there is no lock."""
    path = lock_path(file)
    try:
        return loads(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        return {}, ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read", "make it anew: nlsh compile") from error


def loads(text: str, name: str) -> tuple[dict[str, Compiled], str]:
    """The same from a lock's text; UsageError for one that is damaged."""
    try:
        record = json.loads(text)
        if record["format"] != FORMAT:
            raise UsageError(f"{name} has another format", "make it anew: nlsh compile")
        entries = [
            Compiled(
                str(e["step"]), str(e["sentence"]), tuple(Call(str(c["tool"]), dict(c["args"])) for c in e["plan"]), str(e["depends"]),
            )
            for e in record["steps"]
        ]  # fmt: skip
        for entry in entries:
            for call in entry.calls:
                if any(isinstance(v, str) and unreadable_hole(v) is not None for v in call.args.values()):
                    raise ValueError("a hole")
                find_tool(call.tool)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{name} is damaged", "make it anew: nlsh compile") from error
    return {entry.depends: entry for entry in entries}, str(record.get("model", ""))


def dumped(file: TaskFile, steps: list[Compiled], model: str) -> str:
    """The lock's text: one call a line, so that a change reads well in review; the same for the same plans."""
    lines = ["{", f'  "format": {FORMAT},', f'  "model": {json.dumps(model)},', '  "steps": [']
    for number, entry in enumerate(steps):
        plan = [json.dumps({"tool": c.tool, "args": c.args}, ensure_ascii=False) for c in entry.calls]
        lines += [
            "    {",
            f'      "step": {json.dumps(entry.title, ensure_ascii=False)},',
            f'      "sentence": {json.dumps(entry.sentence, ensure_ascii=False)},',
            f'      "depends": "{entry.depends}",',
            '      "plan": [',
            *(f"        {call}{',' if n < len(plan) - 1 else ''}" for n, call in enumerate(plan)),
            "      ]",
            "    }" + ("," if number < len(steps) - 1 else ""),
        ]
    return "\n".join([*lines, "  ]", "}"]) + "\n"


def changing(steps: list[Compiled]) -> bool:
    """Whether any plan holds a call that changes something."""
    return any(find_tool(call.tool).changes for entry in steps for call in entry.calls)


def frozen(file: TaskFile, known: dict[str, Compiled]) -> list[Compiled]:
    """The plans of all steps from the lock alone; UsageError for a step that it does not cover."""

    found: list[Compiled] = []
    before: tuple[Call, ...] = ()
    kind: RowKind = "none"
    for step in file.steps:
        entry = known.get(_depends(step, file, before, kind))
        if entry is None or not _tools_are_the_same(entry):
            raise wrong(
                file.name,
                step.line,
                1,
                f"the lock does not hold this step: {step.title}",
                "make it anew: nlsh compile",
            )
        found.append(entry)
        if entry.calls[-1].tool not in QUIET and not step.parallel:
            before, kind = entry.calls, _gives(entry.calls)
    return found


def _gives(calls: tuple[Call, ...]) -> RowKind:
    """The kind of rows that a plan leaves."""
    kind: Any = "none"
    for call in calls:
        gives = find_tool(call.tool).gives
        kind = kind if gives == "same" else "files" if gives == "last" else gives
    return kind  # type: ignore[no-any-return]
