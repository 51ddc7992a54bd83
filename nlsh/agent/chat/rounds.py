"""A sentence carried out by a chat model: it acts, sees what came of it, acts again or answers, within a bound.

Every call takes the way of every other: checked, judged, previewed, confined, journalled. What the model has
read by then is text of others, so whatever changes something afterwards asks a person, --yes or not.
"""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from nlsh.agent.chat import wording
from nlsh.agent.chat.prose import Prose
from nlsh.agent.chat.templates import Message
from nlsh.errors import Exit, NlshError, NotUnderstood, ToolFailed
from nlsh.turn import Call, Turn

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell

MAX_ROUNDS = 6
MAX_REPAIRS = 2
MAX_FAILURES = 2
KEPT_MESSAGES = 24
_FINAL = (Exit.REFUSED, Exit.NEEDS_CONFIRMATION, Exit.INTERRUPTED, Exit.NOT_UNDERSTOOD)


class Speaker(Protocol):
    """A model that continues a conversation, here or elsewhere."""

    name: str

    def reply(self, messages: list[Message], tools: Sequence[str], live: Callable[[str], None]) -> str:
        """The text of the next message, in the form that wording.py describes."""
        ...


class Conversation:
    """A chat model and what has been said to it in this session."""

    def __init__(self, speaker: Speaker, trail: Callable[[str], None] = lambda line: None) -> None:
        self.speaker = speaker
        self._trail = trail
        self._messages: list[Message] = []

    def discuss(self, shell: "Shell", turn: Turn, identity: int) -> None:
        """Carry the turn's sentence out. Raises the NlshError that it ends with."""
        messages = [*self._messages] or [{"role": "system", "content": wording.system()}]
        tools = wording.offered(turn.utterance.text)
        messages.append(
            {"role": "user", "content": wording.asked(turn.utterance.text, turn.utterance.cwd, tools)}
        )
        failures = 0
        for number in range(1, MAX_ROUNDS + 1):
            prose = Prose(shell.manners.live or _unseen)
            reply = self._reply(messages, tools, prose)
            if reply.answer:
                messages.append(_said("answer", reply.answer))
                self._keep(messages)
                turn.answer = reply.answer
                turn.shown = shell.manners.live is not None and prose.was(reply.answer)
                turn.status = "done" if turn.steps else "answered"
                return
            if reply.question:
                messages.append(_said("ask", reply.question))
                self._keep(messages)
                raise NotUnderstood(reply.question, "say it again with what was asked for", code="asked")
            self._trail(f"round {number}: " + "; ".join(call.tool for call in reply.calls))
            messages.append({"role": "assistant", "content": _spelt(reply.calls)})
            first = len(turn.steps)
            turn.plan = (*turn.plan[:first], *reply.calls)
            try:
                result = shell.carry_out(turn, identity, first)
                told = wording.as_data(reply.calls[-1], result)
            except NlshError as error:
                failures += 1
                if error.exit_code in _FINAL or failures > MAX_FAILURES:
                    raise
                turn.plan = turn.plan[: len(turn.steps)]
                told = wording.failed(f"{error.message}. {error.hint}")
            messages.append({"role": "user", "content": told})
            turn.foreign = (f"it was proposed after reading what {reply.calls[-1].tool} gave",)
        raise ToolFailed(
            f"{self.speaker.name} came to no end in {MAX_ROUNDS} rounds", "ask for less at once", "rounds"
        )

    def _reply(self, messages: list[Message], tools: Sequence[str], prose: Prose) -> wording.Reply:
        """The next reply; what is no reply is told to the model, which may mend it."""
        attempt = list(messages)
        for _ in range(MAX_REPAIRS + 1):
            prose.again()
            text = self.speaker.reply(attempt, tools, prose.feed)
            try:
                return wording.read(text, tools)
            except wording.BadReply as error:
                attempt += [
                    {"role": "assistant", "content": text[:2000]},
                    {"role": "user", "content": wording.failed(str(error))},
                ]
        raise NotUnderstood(
            f"{self.speaker.name} gave no plan and no answer",
            "say it in other words, or use another model",
            code="bad_reply",
        )

    def _keep(self, messages: list[Message]) -> None:
        """What the next turn begins with: whole, so that nothing need be read again, until it grows too long."""
        self._messages = messages if len(messages) <= KEPT_MESSAGES else [messages[0]]


def _unseen(piece: str) -> None:
    """Where nobody reads along, an answer is shown when it is whole."""


def _said(kind: str, text: str) -> Message:
    return {"role": "assistant", "content": json.dumps({kind: text}, ensure_ascii=False)}


def _spelt(calls: Sequence[Call]) -> str:
    return json.dumps({"act": [{"tool": call.tool, "args": call.args} for call in calls]}, ensure_ascii=False)
