"""Reads a task file: Markdown with steps under `##` headings, or plain text with a sentence a line.

The first line below a heading is its sentence; lines `key: value` follow. YAML front matter
may declare variables and what the file is allowed to do. Every complaint names its line.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from nlsh.errors import UsageError
from nlsh.tasks.conditions import Condition, read_condition
from nlsh.tasks.variables import NAME, Variable, declared, names_in, unreadable_hole
from nlsh.values.times import duration

KEYS = ("if", "for each", "expect", "save", "retry", "timeout", "on error", "parallel")
TOP = ("description", "vars", "allow", "schedule", "parallel")
ALLOW = ("tools", "write", "hosts", "commands")
ON_ERROR = ("stop", "continue", "undo")
MOST_RETRIES = 100
MOST_AT_ONCE = 64
_HEADING = re.compile(r"##\s+(.*\S)\s*$")
_KEY = re.compile(r"(?:[-*]\s+)?([A-Za-z][A-Za-z ]{0,20}?)\s*:\s*(.*)$")
_EACH = re.compile(rf"(?:({NAME})\s+in\s+)?(?:\{{\{{\s*)?({NAME})(?:\s*\}}\}})?$")
_EACH_FILE = re.compile(rf"(?:({NAME})\s+in\s+)?(files? matching .+)$")


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence and how it is to be carried out."""

    title: str
    sentence: str
    line: int
    condition: Condition | None = None
    each: tuple[str, str] | None = None  # a name for the row, and the saved result that it comes from
    over: Condition | None = None  # files that the rows are, where no saved result is named
    expects: tuple[Condition, ...] = ()
    save: str = ""
    retries: int = 0
    pause_seconds: float = 0.0
    timeout_seconds: float | None = None
    on_error: str = "stop"
    parallel: bool = False  # needs nothing of the steps beside it, so that it may act at the same time


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A whole file as it was read."""

    name: str
    steps: tuple[Step, ...]
    description: str = ""
    variables: dict[str, Variable] = field(default_factory=dict)
    allow: dict[str, Any] = field(default_factory=dict)
    schedule: str = ""
    parallel: int = 0  # how many steps may act at the same time; 0 is as many as there are processors


def wrong(name: str, line: int, column: int, message: str, hint: str = "") -> UsageError:
    """A complaint with its place, as compilers give it."""
    return UsageError(f"{name}:{line}:{column}: {message}", hint or "nlsh help run says how task files look")


def parse(text: str, name: str) -> TaskFile:
    """The file's steps and declarations; UsageError with line and column for what is wrong."""
    lines = text.lstrip("\ufeff").splitlines()
    begin = 1 if lines and lines[0].startswith("#!") else 0
    head: dict[str, Any] = {}
    if begin < len(lines) and lines[begin].strip() == "---":
        head, begin = _front(lines, begin, name)
    variables = declared(head.get("vars") or {}, lambda message: wrong(name, 1, 1, message))
    if any(_HEADING.match(line) for line in lines[begin:]):
        steps = _markdown(lines, begin, name)
    else:
        steps = _plain(lines, begin)
    found = TaskFile(
        name, tuple(steps), str(head.get("description") or ""), variables, _allow(head.get("allow"), name),
        str(head.get("schedule") or ""), _at_once(head.get("parallel", 0), name),
    )  # fmt: skip
    _known_names(found)
    return found


def _front(lines: list[str], begin: int, name: str) -> tuple[dict[str, Any], int]:
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].strip() in ("---", "...")), None)
    if end is None:
        raise wrong(name, begin + 1, 1, "the front matter has no end", "close it with a line ---")
    import yaml

    try:
        head = yaml.safe_load("\n".join(lines[begin + 1 : end])) or {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + begin + 2, mark.column + 1) if mark else (begin + 1, 1)
        raise wrong(name, line, column, f"the front matter is no YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise wrong(name, begin + 1, 1, "the front matter is no YAML") from error
    if not isinstance(head, dict):
        raise wrong(name, begin + 2, 1, "the front matter is not a list of keys and values")
    for key in head:
        if key not in TOP:
            at = next((n for n in range(begin, end) if lines[n].startswith(f"{key}")), begin)
            raise wrong(name, at + 1, 1, f"there is no key '{key}' here", f"there are {', '.join(TOP)}")
    return head, end + 1


def _allow(said: Any, name: str) -> dict[str, Any]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise wrong(name, 1, 1, "'allow' is not a list of keys and values", f"there are {', '.join(ALLOW)}")
    for key, value in said.items():
        if key not in ALLOW:
            raise wrong(name, 1, 1, f"'allow' has no key '{key}'", f"there are {', '.join(ALLOW)}")
        fits = isinstance(value, bool) if key == "commands" else isinstance(value, list)
        if not fits:
            kind = "yes or no" if key == "commands" else "a list"
            raise wrong(name, 1, 1, f"'allow: {key}' is not {kind}", 'for example tools: ["files.*"]')
    return dict(said)


def _at_once(said: Any, name: str) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= MOST_AT_ONCE:
        raise wrong(name, 1, 1, f"'parallel' is no number up to {MOST_AT_ONCE}", "for example parallel: 4")
    return said


def _plain(lines: list[str], begin: int) -> list[Step]:
    """A sentence a line; # begins a remark."""
    return [
        Step(line.strip(), line.strip(), number + 1)
        for number, line in enumerate(lines)
        if number >= begin and line.strip() and not line.lstrip().startswith("#")
    ]


def _markdown(lines: list[str], begin: int, name: str) -> list[Step]:
    steps, at = [], begin
    while at < len(lines):
        heading = _HEADING.match(lines[at])
        at += 1
        if heading is None:
            continue  # the file's title and prose before the first step
        end = next((n for n in range(at, len(lines)) if _HEADING.match(lines[n])), len(lines))
        steps.append(_step(heading[1], lines, at, end, name))
        at = end
    return steps


def _step(title: str, lines: list[str], at: int, end: int, name: str) -> Step:
    """One step from the lines below its heading: sentence, keys, then prose behind a blank line."""
    while at < end and not lines[at].strip():
        at += 1
    if at == end:
        raise wrong(name, at, 1, f"the step '{title}' has no sentence", "write it below the heading")
    sentence, line = lines[at].strip(), at + 1
    given: set[str] = set()
    fields: dict[str, Any] = {}
    expects: list[Condition] = []
    for number in range(at + 1, end):
        text = lines[number].strip()
        if not text:
            if given or expects or number > at + 1:
                break
            continue
        match = _KEY.match(text)
        if match is None:
            raise wrong(name, number + 1, 1, f"'{text[:40]}' is no key: value", f"keys are {', '.join(KEYS)}")
        key, value, column = match[1].lower(), match[2].strip(), lines[number].index(match[1]) + 1
        if key not in KEYS:
            raise wrong(
                name, number + 1, column, f"there is no key '{match[1]}'", f"keys are {', '.join(KEYS)}"
            )
        if key in given:
            raise wrong(name, number + 1, column, f"'{key}' is there twice", "only expect may be repeated")
        try:
            if key == "expect":
                expects.append(read_condition(value))
            else:
                fields |= _value(key, value)
                given.add(key)
        except ValueError as error:
            place = lines[number].index(":") + 2
            raise wrong(name, number + 1, place, f"{key}: {error}") from error
    return Step(title, sentence, line, expects=tuple(expects), **fields)


def _value(key: str, value: str) -> dict[str, Any]:
    """The fields of a step that one key sets."""
    if not value:
        raise ValueError("a value is missing")
    if key == "if":
        return {"condition": read_condition(value)}
    if key == "for each":
        if match := _EACH_FILE.match(value):
            return {"each": (match[1] or "item", match[2]), "over": read_condition(match[2])}
        match = _EACH.match(value)
        if match is None:
            raise ValueError('say it as NAME in SAVED, or NAME in files matching "GLOB"')
        return {"each": (match[1] or "item", match[2])}
    if key == "save":
        if not re.fullmatch(NAME, value):
            raise ValueError(f"'{value}' is no name: letters, digits and _")
        return {"save": value}
    if key == "retry":
        return _retry(value)
    if key == "timeout":
        return {"timeout_seconds": duration(value)}
    if key == "parallel":
        if value.lower() not in ("yes", "true", "no", "false"):
            raise ValueError(f"'{value}' is neither yes nor no")
        return {"parallel": value.lower() in ("yes", "true")}
    if value not in ON_ERROR:
        raise ValueError(f"'{value}' is none of {', '.join(ON_ERROR)}")
    return {"on_error": value}


def _retry(value: str) -> dict[str, Any]:
    """`3`, `3 times`, `3 times every 10 seconds`."""
    match = re.fullmatch(r"(\d+)(?:\s+times?)?(?:\s+every\s+(.+))?", value)
    if match is None or not 1 <= int(match[1]) <= MOST_RETRIES:
        raise ValueError(f"'{value}' is not of the form 3 times every 10 seconds")
    return {"retries": int(match[1]), "pause_seconds": duration(match[2]) if match[2] else 0.0}


def _known_names(file: TaskFile) -> None:
    """Every {{name}} must be declared, built in, or the row of its step; every saved name must come first."""
    saved: set[str] = set()
    for step in file.steps:
        if step.each is not None and step.over is None and step.each[1] not in saved:
            raise wrong(file.name, step.line, 1, f"nothing was saved as '{step.each[1]}' before this step")
        texts = [
            step.sentence,
            *(c.text for c in (*step.expects, *([step.condition] if step.condition else []))),
        ]
        for text in texts:
            if (at := unreadable_hole(text)) is not None:
                raise wrong(file.name, step.line, at + 1, "a double brace opens no name", "write {{name}}")
            for found in names_in(text):
                known = found in file.variables or (
                    step.each is not None and found.split(".")[0] == step.each[0]
                )
                if not known:
                    column = max(step.sentence.find("{{"), 0) + 1
                    raise wrong(
                        file.name,
                        step.line,
                        column,
                        f"there is no variable '{found}'",
                        "declare it under vars:",
                    )
        if step.save:
            saved.add(step.save)
