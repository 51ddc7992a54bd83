"""What a planner is: from an utterance in its context to a plan, whatever the model behind it."""

from collections.abc import Sequence
from typing import Protocol

from nlsh.turn import Call, Plan, Utterance


class Planner(Protocol):
    """Proposes; never decides."""

    def threshold(self, calls: Sequence[Call]) -> float:
        """The confidence below which a plan of these calls is not acted on."""
        ...

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        """The plan for `utterance`, after a turn with the calls `previous` that left rows of `kind`."""
        ...
