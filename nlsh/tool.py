"""The contract of a tool: one declaration that grammar, policy, sandbox and help all read.

A tool is one file; its path is its name (`nlsh/tools/files/find.py` is `files.find`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from nlsh.arguments import Args
from nlsh.turn import Effects, Result, Row, RowKind, Scene

ANY_ROWS: frozenset[RowKind] = frozenset({"files", "processes", "matches", "records"})
FILES: frozenset[RowKind] = frozenset({"files", "matches"})
PROCESSES: frozenset[RowKind] = frozenset({"processes"})
NO_ROWS: frozenset[RowKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Work:
    """What the confined child is given to do its call."""

    args: Any
    scene: Scene
    rows: list[Row]
    kind: RowKind
    effects: Effects
    facts: dict[str, Any]
    signal: Callable[[int, int], None]
    progress: Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What `effects` and `inspect` are given: grounded arguments and the rows of the call before."""

    args: Any
    scene: Scene
    rows: list[Row]
    kind: RowKind
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be asked for.

    effects  what the call will need and do; it may look at the disk, and changes nothing
    run      does the work inside the sandbox, with exactly those effects
    takes    the kinds of rows that it accepts from the call before it
    needs    whether it is meaningless without such rows or one of its `targets` arguments
    gives    the kind of its result; "same" hands on the kind that came in
    inspect  reads something inside the sandbox first, so that effects can be exact
    split    shares of a large read that several children can do at once, each given as `facts["share"]`
    merge    one result from those of the shares; pure
    """

    summary: str
    args: type[Args]
    effects: Callable[[Asked], Effects]
    run: Callable[[Work], Result]
    gives: RowKind | str
    takes: frozenset[RowKind] = NO_ROWS
    targets: tuple[str, ...] = ()
    inspect: Callable[[Work], dict[str, Any]] | None = None
    split: "Callable[[Asked], list[Any]] | None" = None
    merge: "Callable[[list[Result]], Result] | None" = None
    examples: tuple[str, ...] = ()
    changes: bool = False  # whether it can change anything outside the process
    undo: bool = True  # whether `undo` takes back what it changes
    local: bool = False  # answered by the turn loop itself (the session's own state)


def nothing_needed(_: Asked) -> Effects:
    """The effects of a call that only computes."""
    return Effects()


@cache
def tool_names() -> tuple[str, ...]:
    """Every tool's full name, sorted; a look at the folder, nothing is imported."""
    root = Path(__file__).parent / "tools"
    found = (p for p in root.glob("*/*.py") if not p.name.startswith("_"))
    return tuple(sorted(f"{p.parent.name}.{p.stem}" for p in found))


@cache
def find_tool(name: str) -> Tool:
    """The tool called `name`; KeyError when there is none."""
    if name not in tool_names():
        raise KeyError(name)
    tool = import_module(f"nlsh.tools.{name}").TOOL
    assert isinstance(tool, Tool)
    return tool


def all_tools() -> Iterator[tuple[str, Tool]]:
    """Every tool with its name, sorted by name."""
    return ((name, find_tool(name)) for name in tool_names())


def joined(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths without those that lie inside another of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not (path == kept[-1] or path.startswith(kept[-1].rstrip("/") + "/")):
            kept.append(path)
    return tuple(kept)
