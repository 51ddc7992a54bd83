"""How a turn behaves towards the person: whether it may ask, and what it asks with."""

from collections.abc import Callable
from dataclasses import dataclass

from nlsh.turn import Call

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person is asked to say yes to."""

    headline: str
    items: tuple[str, ...]
    undo: str
    reason: str
    plan: str
    always: str = ""  # what the answer ALWAYS would allow from now on; "" where it may not be given
    rows: tuple[str, ...] = ()  # what may be chosen from, one by one
    number: int = 0  # what must be typed instead of a yes, where a slip would cost too much
    why: tuple[str, ...] = ()  # what gave this plan
    # The plan, where it may be amended: as long as nothing of it has changed anything.
    calls: tuple[Call, ...] = ()


# Yes or no; ALWAYS; the positions, from one, of the rows that were chosen.
Answer = bool | str | tuple[int, ...]


@dataclass
class Manners:
    """How a turn behaves towards the person: may it ask, has yes been said, is it a rehearsal, has it a terminal."""

    confirm: Callable[[Preview], Answer] | None = None
    yes: bool = False
    dry_run: bool = False
    terminal: str = ""  # the kind of terminal that a full-screen program may have
    live: Callable[[str], None] | None = None  # shows what a command prints while it runs
    progress: Callable[[str, int, int], None] = lambda what, done, total: None


class DryRun(Exception):
    """The rehearsal has shown what would happen."""
