"""The types of tool arguments: what the model copies, and the value it becomes.

A `Copied` marker on a field says which role the words play; the decoder allows only
words of the sentence there, grounding resolves paths, pydantic makes the value.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from nlsh.values.numbers import number, ordinal, ordinals
from nlsh.values.sizes import parse_size
from nlsh.values.times import duration, span
from nlsh.values.types import suffixes

RoleName = Literal[
    "path",
    "target",
    "new_path",
    "text",
    "size",
    "count",
    "ordinal",
    "ordinals",
    "when",
    "type",
    "number",
    "duration",
]


@dataclass(frozen=True, slots=True)
class Copied:
    """Marks an argument whose words are copied from the sentence, and the role they play."""

    role: RoleName


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Marks an argument that grounding sets from the sentence's form; the model does not know it."""


class Args(BaseModel):
    """The base of every tool's arguments: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = number(str(value))
    if found is None or found != int(found) or found < 1:
        raise ValueError(f"'{value}' is not a number of things")
    return int(found)


def _ordinal(value: object) -> int:
    found = value if isinstance(value, int) and not isinstance(value, bool) else ordinal(str(value))
    if not found:
        raise ValueError(f"'{value}' is not a position in a list")
    return found


def _ordinals(value: object) -> tuple[int, ...]:
    if isinstance(value, int | list | tuple):
        each = value if isinstance(value, list | tuple) else (value,)
        found = tuple(_ordinal(one) for one in each)
    else:
        found = ordinals(str(value)) or ()
    if not found:
        raise ValueError(f"'{value}' are not positions in a list")
    return found


def _number(value: object) -> int:
    digits = str(value).strip().lstrip(":#")
    if not digits.isdigit():
        raise ValueError(f"'{value}' is not a number")
    return int(digits)


def _when(value: str) -> str:
    span(value, datetime.now())
    return value


def _type(value: str) -> str:
    suffixes(value)
    return value


def _path(value: str) -> str:
    if "\0" in value or not value.strip():
        raise ValueError("that is not a path")
    return value.strip()


def _duration(value: object) -> float:
    return float(value) if isinstance(value, int | float) else duration(str(value))


Path = Annotated[str, AfterValidator(_path), Copied("path")]
# A path whose links are followed: what is read is what policy judged.
Target = Annotated[str, AfterValidator(_path), Copied("target")]
NewPath = Annotated[str, AfterValidator(_path), Copied("new_path")]
Text = Annotated[str, Copied("text")]
Size = Annotated[int, BeforeValidator(parse_size), Field(ge=0), Copied("size")]
Count = Annotated[int, BeforeValidator(_count), Field(ge=1, le=1_000_000), Copied("count")]
Ordinal = Annotated[int, BeforeValidator(_ordinal), Copied("ordinal")]
Ordinals = Annotated[tuple[int, ...], BeforeValidator(_ordinals), Field(max_length=1000), Copied("ordinals")]
When = Annotated[str, AfterValidator(_when), Copied("when")]
FileType = Annotated[str, AfterValidator(_type), Copied("type")]
# A length of time in seconds; an hour at most: a call must end.
Duration = Annotated[float, BeforeValidator(_duration), Field(gt=0, le=3600), Copied("duration")]
Quoted = Annotated[bool, Unsaid()]
Number = Annotated[int, BeforeValidator(_number), Field(ge=0, le=2**31), Copied("number")]

__all__ = [
    "Args",
    "Copied",
    "Count",
    "Duration",
    "FileType",
    "NewPath",
    "Number",
    "Ordinal",
    "Ordinals",
    "Path",
    "Quoted",
    "Size",
    "Target",
    "Text",
    "Unsaid",
    "When",
]
