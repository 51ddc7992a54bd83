"""What the tools declare, gathered in one file, so that a turn imports only the tools that it uses.

`catalogue.json` and the reference in docs/tools.md are made from the declarations by
`python -m nlsh.catalogue`; a test holds both to the code. Grammar, notation and help read
the catalogue; policy and the sandbox work with the tool itself.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

FILE = Path(__file__).parent / "catalogue.json"
REFERENCE = Path(__file__).parents[1] / "docs" / "tools.md"


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument of a tool as the notation sees it."""

    name: str
    mode: Literal["copy", "enum", "flag"]
    values: tuple[str, ...] = ()
    role: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The functional tokens that can begin (or wholly say) this argument."""
        if self.mode == "enum":
            return tuple(f"<{self.name}={value}>" for value in self.values)
        return (f"<{self.name}>",) if self.mode == "flag" else (f"<{self.name}:>",)


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool's declaration without its code; the fields are those of `nlsh.tool.Tool`."""

    summary: str
    gives: str
    takes: frozenset[str]
    targets: tuple[str, ...]
    required: frozenset[str]
    changes: bool
    undo: bool
    local: bool
    slots: tuple[Slot, ...]
    examples: tuple[str, ...]


@cache
def catalogue() -> dict[str, Entry]:
    """Every tool's entry by its full name, sorted by name."""
    return {name: _entry(record) for name, record in json.loads(FILE.read_text("utf-8")).items()}


def _entry(record: dict[str, Any]) -> Entry:
    slots = tuple(Slot(s["name"], s["mode"], tuple(s["values"]), s["role"]) for s in record["slots"])
    return Entry(
        record["summary"], record["gives"], frozenset(record["takes"]), tuple(record["targets"]), frozenset(record["required"]),
        record["changes"], record["undo"], record["local"], slots, tuple(record["examples"]),
    )  # fmt: skip


def declared() -> dict[str, Entry]:
    """The same, made from the code: imports every tool."""
    from nlsh.tool import all_tools

    return {
        name: Entry(
            tool.summary, str(tool.gives), frozenset(tool.takes), tool.targets,
            frozenset(field for field, info in tool.args.model_fields.items() if info.is_required()),
            tool.changes, tool.undo, tool.local, _slots(tool.args.model_fields), tool.examples,
        )
        for name, tool in all_tools()
    }  # fmt: skip


def _slots(fields: dict[str, Any]) -> tuple[Slot, ...]:
    """The arguments in declared order; those that only grounding sets are left out."""
    from nlsh.arguments import Unsaid

    said = {
        name: info for name, info in fields.items() if not any(isinstance(m, Unsaid) for m in info.metadata)
    }
    return tuple(_slot(name, info) for name, info in said.items())


def _slot(name: str, info: Any) -> Slot:
    from nlsh.arguments import Copied

    copied = [m for m in info.metadata if isinstance(m, Copied)]
    kinds = _variants(info.annotation)
    for kind in kinds:
        if get_origin(kind) is Literal:
            return Slot(name, "enum", tuple(str(value) for value in get_args(kind)))
        for marker in getattr(kind, "__metadata__", ()):
            if isinstance(marker, Copied):
                copied.append(marker)
    if copied:
        return Slot(name, "copy", role=copied[0].role)
    if bool in kinds:
        return Slot(name, "flag")
    raise TypeError(f"argument {name} has a type that the notation does not know")


def _variants(annotation: Any) -> list[Any]:
    """The members of a union, or the type itself; None left out."""
    if get_origin(annotation) in (Literal,) or hasattr(annotation, "__metadata__"):
        return [annotation]
    members = [m for m in get_args(annotation) if m is not type(None)]
    return members or [annotation]


def as_json(entries: dict[str, Entry]) -> str:
    """The text of catalogue.json."""
    records = {}
    for name, entry in entries.items():
        record = asdict(entry)
        records[name] = record | {"takes": sorted(entry.takes), "required": sorted(entry.required)}
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


_ROLES = {
    "path": "a file or folder that is there", "target": "a file or folder that is there", "new_path": "a place that need not be there yet",
    "text": "words", "size": "a size", "count": "how many", "ordinal": "a position", "ordinals": "positions", "when": "a time", "type": "a kind of file",
    "number": "a number", "duration": "how long",
}  # fmt: skip


def reference(entries: dict[str, Entry]) -> str:
    """The text of docs/tools.md: every tool with its arguments and sentences that it understands."""
    lines = [
        "# The tools", "", "Made from the tools' own declarations by `python -m nlsh.catalogue`; a test holds it to the code.",
        "`nlsh tools NAME` prints the same for one tool.", "",
    ]  # fmt: skip
    manager = ""
    for name, entry in entries.items():
        if name.partition(".")[0] != manager:
            manager = name.partition(".")[0]
            lines += [f"## {manager}", ""]
        lines += [f"### {name}", "", entry.summary[:1].upper() + entry.summary[1:] + "." + _undo(entry), ""]
        for slot in entry.slots:
            lines.append(
                f"- `{slot.name}`: {described(slot)}" + (" (needed)" if slot.name in entry.required else "")
            )
        lines += [""] if entry.slots else []
        lines += [*(f"    {example}" for example in entry.examples), ""]
    return "\n".join(lines)


def _undo(entry: Entry) -> str:
    if not entry.changes:
        return ""
    return " `undo` takes it back." if entry.undo else " Nothing takes it back."


def described(slot: Slot) -> str:
    """What an argument is, in words."""
    return (
        " or ".join(slot.values)
        if slot.mode == "enum"
        else "yes or no"
        if slot.mode == "flag"
        else _ROLES[slot.role]
    )


def main() -> None:
    """Write both files."""
    entries = declared()
    FILE.write_text(as_json(entries), "utf-8")
    REFERENCE.write_text(reference(entries), "utf-8")


if __name__ == "__main__":
    main()
