"""The ways in which a turn can end without having acted, in words and as a status."""

from collections.abc import Sequence

from nlsh.errors import Exit, NlshError, NotUnderstood
from nlsh.readings import in_words
from nlsh.turn import Act, Status, Turn

MAX_CHARACTERS = 1000  # of a sentence for the embedded model; a larger one reads up to its context


def check_text(text: str) -> None:
    """Whether this can be a sentence at all. Raises NotUnderstood for nothing and for what is not text."""
    if not text.strip():
        raise NotUnderstood("nothing was said", "say what you want in your own words, or help", code="empty")
    if any((ord(c) < 32 and c not in "\t\n\r") or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise NotUnderstood(
            "there are control characters or broken bytes in that", "say it in plain text", code="binary"
        )


def check_length(text: str) -> None:
    """Whether the embedded model can read a sentence of this length. Raises NotUnderstood."""
    if len(text) > MAX_CHARACTERS:
        raise NotUnderstood(
            f"that is {len(text)} characters long", f"say it in at most {MAX_CHARACTERS}", code="too_long"
        )


def not_for_me(alternatives: Sequence[Act], turn: Turn) -> NotUnderstood:
    zh = turn.utterance.language == "zh"
    message = "这个我做不到，或者没听懂" if zh else "I can't do that, or did not understand it"
    hint = (
        "说“你能做什么”看看可以问什么"
        if zh
        else "say 'what can you do' for what I can, or ! before a shell command"
    )
    return NotUnderstood(message, hint, tuple(in_words(act.calls) for act in alternatives))


def not_sure(alternatives: Sequence[Act], turn: Turn) -> NotUnderstood:
    readings = tuple(in_words(act.calls) for act in alternatives)
    zh = turn.utterance.language == "zh"
    message = "我不确定您的意思" if zh else "I am not sure what you mean"
    hint = (
        ("也许是: " if zh else "perhaps: ") + "; or ".join(readings)
        if readings
        else ("换个说法试试" if zh else "say it in other words")
    )
    return NotUnderstood(message, hint, readings, "unsure")


def status_of(error: NlshError) -> Status:
    by_exit: dict[int, Status] = {
        Exit.NOT_UNDERSTOOD: "not_understood", Exit.NEEDS_CONFIRMATION: "needs_confirmation", Exit.REFUSED: "refused",
        Exit.INTERRUPTED: "interrupted",
    }  # fmt: skip
    return by_exit.get(int(error.exit_code), "failed")
