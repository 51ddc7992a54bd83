"""Variables of task files: typed, bounded, filled in as data and never read again as a sentence.

A secret is named by where it lies (an environment variable, a file); its value goes into the
call and nowhere else: not to the model, not into the lock, the log or the screen.
"""

import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlsh.errors import NlshError, UsageError
from nlsh.values.numbers import number
from nlsh.values.sizes import parse_size
from nlsh.values.times import duration

NAME = r"[^\W\d]\w{0,39}"
_HOLE = re.compile(r"\{\{\s*(" + NAME + r"(?:\." + NAME + r")?)\s*\}\}")
TYPES = ("text", "number", "size", "duration", "path", "choice", "secret")
# What stands in for a value while the sentence is planned, where there is no default to use.
_ALSO = {
    "int": "number", "integer": "number", "float": "number", "str": "text", "string": "text", "file": "path", "folder": "path",
    "directory": "path", "dir": "path", "enum": "choice", "bytes": "size", "time": "duration", "date": "text",
}  # fmt: skip
_KEYS = {"type", "default", "min", "max", "choices", "secret", "env", "file", "description", "required"}
_SAMPLES = {"text": "sample", "number": "12", "size": "100 MB", "duration": "30 days", "path": "somefolder"}
HIDDEN = "secret1234"
_MEASURES: dict[str, Callable[[str], float | None]] = {
    "number": number,
    "size": parse_size,
    "duration": duration,
}


@dataclass(frozen=True, slots=True)
class Variable:
    """One declaration."""

    name: str
    type: str = "text"
    default: str | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    secret: str = ""  # env:NAME or file:PATH

    @property
    def sample(self) -> str:
        """A value of its kind to plan with."""
        if self.secret:
            return HIDDEN
        if self.default and len(self.default) <= 60 and "\n" not in self.default:
            return self.default
        return self.choices[0] if self.choices else _SAMPLES.get(self.type, "sample")

    def checked(self, value: str) -> str:
        """The value, when it is of the declared type and within bounds; ValueError otherwise."""
        if "\0" in value or "\n" in value:
            raise ValueError(f"{self.name} is more than one line")
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.name} is none of {', '.join(self.choices)}")
        if self.type in _MEASURES:
            amount = _MEASURES[self.type](value)
            if amount is None:
                raise ValueError(f"{self.name}: '{value}' is not a {self.type}")
            if (self.least is not None and amount < self.least) or (
                self.most is not None and amount > self.most
            ):
                raise ValueError(f"{self.name}: {value} is out of bounds")
        elif not value.strip():
            raise ValueError(f"{self.name} is empty")
        return value


def names_in(text: str) -> list[str]:
    """The names between double braces, in order."""
    return [match[1] for match in _HOLE.finditer(text)]


def unreadable_hole(text: str) -> int | None:
    """Where a double brace stands that opens no name; None when there is none."""
    at = _HOLE.sub(lambda match: "x" * len(match[0]), text).find("{{")
    return at if at >= 0 else None


def filled(text: str, values: dict[str, str]) -> str:
    """The text with each {{name}} replaced; a name without a value stays as it is."""
    return _HOLE.sub(lambda match: values.get(match[1], match[0]), text)


def built_in() -> dict[str, str]:
    """Values that every task file has."""
    return {
        "today": time.strftime("%Y-%m-%d"),
        "now": time.strftime("%Y-%m-%d_%H%M"),
        "host": socket.gethostname().split(".")[0] or "localhost",
    }


def declared(said: Any, wrong: Callable[[str], UsageError]) -> dict[str, Variable]:
    """The declarations under `vars:`, with the built-in ones."""
    if not isinstance(said, dict):
        raise wrong("'vars' is not a list of names and values")
    found = {name: Variable(name, default=value) for name, value in built_in().items()}
    for name, value in said.items():
        if not re.fullmatch(NAME, str(name)):
            raise wrong(f"'{name}' cannot be the name of a variable")
        try:
            found[str(name)] = _variable(str(name), value)
        except ValueError as error:
            raise wrong(f"vars: {error}") from error
    return found


def _variable(name: str, said: Any) -> Variable:
    if not isinstance(said, dict):
        if said is None or isinstance(said, list):
            raise ValueError(f"{name} has no value")
        kind = "number" if isinstance(said, int | float) and not isinstance(said, bool) else "text"
        return Variable(name, kind, str(said))
    unknown = set(said) - _KEYS
    if unknown:
        raise ValueError(f"{name} has no key '{sorted(map(str, unknown))[0]}' ({', '.join(sorted(_KEYS))})")
    if secret := _secret(said):
        if not re.fullmatch(r"(env:\w+|file:.+)", str(secret)):
            raise ValueError(f"{name}: a secret is env:NAME or file:PATH")
        return Variable(name, "secret", secret=str(secret))
    choices = tuple(str(choice) for choice in said.get("choices") or ())
    kind = str(said.get("type") or ("choice" if choices else "text"))
    kind = _ALSO.get(kind, kind)
    if kind not in TYPES:
        raise ValueError(f"{name}: there is no type '{kind}' ({', '.join(TYPES)})")
    bounds = [_bound(name, kind, said.get(key)) for key in ("min", "max")]
    default = None if said.get("default") is None else str(said["default"])
    variable = Variable(name, kind, default, bounds[0], bounds[1], choices)
    if default is not None:
        variable.checked(default)
    return variable


def _secret(said: dict[str, Any]) -> str:
    """Where a secret lies: `secret: env:NAME`, or `env: NAME` or `file: PATH`, with or without `type: secret`."""
    if said.get("secret") and said["secret"] is not True:
        return str(said["secret"])
    place = next((f"{key}:{said[key]}" for key in ("env", "file") if said.get(key)), "")
    if not place and (said.get("type") == "secret" or said.get("secret")):
        return "nowhere"
    return place


def _bound(name: str, kind: str, said: Any) -> float | None:
    if said is None:
        return None
    amount = _MEASURES[kind](str(said)) if kind in _MEASURES else None
    if amount is None:
        raise ValueError(f"{name}: '{said}' is no bound of a {kind}")
    return amount


def values_for(variables: dict[str, Variable], given: dict[str, str]) -> dict[str, str]:
    """The value of every variable but the secret ones: given, else the default; UsageError when one lacks."""
    for name in given:
        if name not in variables:
            raise UsageError(f"there is no variable '{name}'", f"there are {', '.join(variables) or 'none'}")
    found = {}
    for name, variable in variables.items():
        if variable.secret:
            continue
        value = given.get(name, variable.default)
        if value is None:
            raise UsageError(f"the variable '{name}' has no value", f"give it with --var {name}=…")
        try:
            found[name] = variable.checked(value)
        except ValueError as error:
            raise UsageError(str(error), f"give another with --var {name}=…") from error
    return found


def secrets_for(variables: dict[str, Variable]) -> dict[str, str]:
    """The secret values, read where they lie; NlshError when one is missing."""
    found = {}
    for name, variable in variables.items():
        kind, _, place = variable.secret.partition(":")
        if kind == "env":
            value = os.environ.get(place, "")
        elif kind == "file":
            try:
                value = Path(place).expanduser().read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                value = ""
        else:
            continue
        if not value:
            raise NlshError("secret", f"the secret '{name}' is not there", f"set {variable.secret}")
        found[name] = value
    return found
