"""What a planner is: from an utterance in its context to a plan, whatever the model behind it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from nlsh.turn import Call, Plan, Turn, Utterance

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell


class Planner(Protocol):
    """Proposes; never decides."""

    def threshold(self, calls: Sequence[Call]) -> float:
        """The confidence below which a plan of these calls is not acted on."""
        ...

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        """The plan for `utterance`, after a turn with the calls `previous` that left rows of `kind`."""
        ...


class Talker(Protocol):
    """A larger model: it carries a sentence out over several rounds, through the same turn as every plan."""

    def discuss(self, shell: "Shell", turn: Turn, identity: int) -> None:
        """Carry the sentence of `turn` out; raises the NlshError that it ends with."""
        ...
