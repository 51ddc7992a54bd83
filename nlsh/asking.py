"""Questions to a person at a terminal: the card before a change, and what may be answered to it."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from nlsh.values.numbers import ordinals

if TYPE_CHECKING:
    from nlsh.agent.manners import Answer, Preview
    from nlsh.render import Screen

GOODBYE = ("exit", "quit", "logout", ":q", "退出", "再见")
YES = ("y", "yes", "是", "好")
_ALWAYS = ("a", "always", "总是")
_CHOOSE = ("e", "edit", "改")
_AMEND = ("p", "plan", "计划")
_WHY = ("?", "why", "？", "为什么")
_WHICH = "which of them? (3, or 1 and 4-6, or -2 for all but that) "


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


def settled(
    preview: "Preview",
    show: "Callable[[str], None]",
    card: Callable[[], None],
    read: Callable[[str], str],
    amend: Callable[[], bool] | None = None,
) -> "Answer":
    """Show the card and ask until something was decided. `show` writes a line, `read` asks for one.

    `amend` lets the plan be changed and says whether it was: then this one is not gone on with.
    """
    from nlsh.agent.manners import ALWAYS

    card()
    if preview.always:
        show(f"a: always allow {preview.always}")
    while True:
        said = read(_question(preview, plan=amend is not None)).strip().lower()
        if said in _WHY and preview.why:
            for line in preview.why:
                show("  " + line)
        elif said in _CHOOSE and preview.rows:
            for number, row in enumerate(preview.rows, 1):
                show(f"  {number:>3}  {row}")
            if (chosen := _chosen(read(_WHICH), len(preview.rows))) is not None:
                return chosen
            show("nothing was chosen")
        elif said in _AMEND and amend is not None and preview.calls:
            if amend():
                return False
            show("the plan is as it was")
        elif preview.number:
            return said == str(preview.number)
        else:
            return ALWAYS if preview.always and said in _ALWAYS else said in YES


def _question(preview: "Preview", *, plan: bool) -> str:
    plan = plan and bool(preview.calls)
    if preview.number:
        more = (", e to choose" if preview.rows else "") + (", p to change the plan" if plan else "")
        return f"type {preview.number} to go ahead{more} "
    keys = [
        "y",
        "N",
        *(["a"] if preview.always else []),
        *(["e"] if preview.rows else []),
        *(["p"] if plan else []),
        *(["?"] if preview.why else []),
    ]
    return f"go ahead? [{'/'.join(keys)}] "


def _chosen(said: str, count: int) -> tuple[int, ...] | None:
    """The rows, from one, that "1, 3-5" names of `count`; with a minus before it, all others. None where it names none."""
    text = said.strip().lower()
    without = text.startswith("-")
    named = ordinals(text.lstrip("-")) if text else None
    if named is None or any(not 1 <= number <= count for number in named):
        return None
    kept = tuple(n for n in range(1, count + 1) if n not in named) if without else named
    return kept or None


def confirmer(screen: "Screen") -> "Callable[[Preview], Answer]":
    """Shows what would happen and asks, on standard error."""

    def confirm(preview: "Preview") -> "Answer":
        lines = [preview.headline, *preview.items, preview.undo]
        return settled(
            preview,
            screen.notice,
            lambda: screen.preview(lines, to=screen.notice),
            lambda text: _said(screen, text),
        )

    return confirm
