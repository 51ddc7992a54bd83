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
    screen.err.write(f"nlsh: {question} [y/N] ")
    screen.err.flush()
    return sys.stdin.readline().strip().lower() in YES


def confirmer(screen: "Screen") -> "Callable[[Preview], bool]":
    """Shows what would happen and asks."""

    def confirm(preview: "Preview") -> bool:
        screen.preview([preview.headline, *preview.items, preview.undo], to=screen.notice)
        return ask(screen, "go ahead?")

    return confirm
