"""The nouns, in the order in which data meets them.

utterance → plan of calls → effects → decision → result → turn. Everything else in
nlsh makes one of these from the one before it.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from nlsh.changes import Change

Row = dict[str, Any]
RowKind = Literal["files", "processes", "matches", "records", "value", "text", "none"]
Status = Literal[
    "done", "answered", "not_understood", "needs_confirmation", "refused", "failed", "dry_run", "interrupted"
]
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a person said, and where and when they said it."""

    text: str
    cwd: str
    now: float  # seconds since the epoch
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Call:
    """One tool and its arguments, as proposed: words copied from the sentence, not yet values."""

    tool: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """Calls in order; the rows of each feed the next."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """The sentence is not for the tools, or not clear enough to be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model proposes, how sure it is (0 to 1), and its other readings, best first."""

    proposal: Act | Nothing
    confidence: float
    alternatives: tuple[Act, ...] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of the proposal; empty when nothing is proposed."""
        return self.proposal.calls if isinstance(self.proposal, Act) else ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a tool may know about where it runs."""

    cwd: str
    home: str
    now: float
    terminal: str = ""  # the kind of terminal (TERM) that a full-screen program may have; "" for none


@dataclass(frozen=True, slots=True)
class Target:
    """A process that a call may signal: pid and start time together name it for good."""

    pid: int
    started: float
    name: str
    user: str

    @property
    def label(self) -> str:
        """The process as a preview lists it."""
        return f"{self.name} ({self.pid}), {self.user}"


@dataclass(frozen=True, slots=True)
class Effects:
    """What one call needs and does, computed before it runs; the sandbox enforces exactly this."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    metadata: bool = False
    sees_processes: bool = False
    sees_devices: bool = False
    signals: tuple[Target, ...] = ()
    command: str | None = None
    brokered: tuple[tuple[str, str], ...] = ()  # facts fetched outside: name and argument
    contacts: tuple[str, ...] = ()  # hosts that are spoken to
    later: str | None = None  # a command line that something else will run, unconfined
    jobs: bool = False  # whether the command goes on in the background
    terminal: str = ""  # the kind of terminal that the command is given; "" when its output is kept instead
    undoable: bool = True
    deletes: tuple[str, ...] = ()
    note: str = ""
    samples: tuple[str, ...] = ()  # what the preview shows besides
    title: str = ""  # the preview's headline, where the changes do not say it
    network: bool = False  # whether the command may speak to other hosts: a rule of policy gave it
    hides: tuple[str, ...] = ()  # what policy hides in the trees that are read

    @property
    def changing(self) -> bool:
        """Whether anything outside the process is different afterwards."""
        return bool(self.changes or self.signals or self.command is not None)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict of policy on one call's effects, with the rule that gave it and the reason."""

    verdict: Literal["allow", "ask", "deny"]
    rule: str
    reason: str
    network: bool = False  # whether a rule gives the command the network


@dataclass(slots=True)
class Result:
    """What a call gave: rows, a single value (bytes, seconds or a count) or text."""

    kind: RowKind = "none"
    rows: list[Row] | None = None
    value: float | int | str | None = None
    unit: Literal["bytes", "seconds", "count", "percent", ""] = ""
    text: str | None = None
    notes: list[str] = field(default_factory=list)
    changed: int = 0
    failure: str | None = None  # what went wrong although there is something to show


@dataclass(slots=True)
class Step:
    """One call of a turn as it happened."""

    call: Call
    args: dict[str, Any]
    result: Result | None = None
    duration_ms: float = 0.0
    decision: Decision | None = None


@dataclass(slots=True)
class Turn:
    """An utterance and everything that came of it."""

    utterance: Utterance
    session: str
    number: int
    status: Status = "done"
    confidence: float = 0.0
    plan: tuple[Call, ...] = ()
    steps: list[Step] = field(default_factory=list)
    answer: str | None = None
    left: Result | None = None  # what "them" means from here on
    meant: tuple[Call, ...] = ()  # the plan that the next sentence may take words from
    undo: str | None = None
    error: dict[str, str] | None = None
    alternatives: tuple[str, ...] = ()
    readings: tuple[Act, ...] = ()
    preview: list[str] = field(default_factory=list)
    timing: dict[str, float] = field(default_factory=dict)
    exit_code: int = 0
    foreign: tuple[
        str, ...
    ] = ()  # arguments that are text of somebody else's: what changes asks, in any case
    shown: bool = False  # what the last call printed was shown while it came
