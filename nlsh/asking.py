"""Questions on a terminal, for the ways in that have no prompt of their own."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlsh.agent.manners import Preview
    from nlsh.render import Screen

YES = ("y", "yes", "是", "好")


def may_ask(screen: "Screen", *, quiet: bool) -> bool:
    """Whether somebody is there to answer: a terminal on both sides, and no option that forbids it."""
    return not quiet and sys.stdin is not None and sys.stdin.isatty() and screen.err.isatty()


def ask(screen: "Screen", question: str) -> bool:
    """One question; anything but a yes is a no."""
    return _said(screen, f"{question} [y/N] ") in YES


def _said(screen: "Screen", question: str) -> str:
    screen.err.write(f"nlsh: {question}")
    screen.err.flush()
    return sys.stdin.readline().strip().lower()


def answered(preview: "Preview", said: str) -> bool | str:
    """What an answer to a preview means: yes, no, or "always" where that may be given."""
    from nlsh.agent.manners import ALWAYS

    return ALWAYS if preview.always and said in ("a", "always", "总是") else said in YES


def always_line(preview: "Preview") -> list[str]:
    """The line that says what `a` stands for, where it stands for anything."""
    return [f"a: always allow {preview.always}"] if preview.always else []


def choices(preview: "Preview") -> str:
    """The question below a preview."""
    return "go ahead? [y/N/a] " if preview.always else "go ahead? [y/N] "


def confirmer(screen: "Screen") -> "Callable[[Preview], bool | str]":
    """Shows what would happen and asks."""

    def confirm(preview: "Preview") -> bool | str:
        lines = [preview.headline, *preview.items, preview.undo, *always_line(preview)]
        screen.preview(lines, to=screen.notice)
        return answered(preview, _said(screen, choices(preview)))

    return confirm
