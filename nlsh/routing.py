"""Is a line that was typed a sentence, or a command of the user's own?

Prefixes decide first: `!` is a command, `?` a sentence. Without one a line is a command only
where its first word is a program (or the shell's own word), no word of it is a word of plain
speech, and either it has the syntax of a shell, or the model takes it for a command or makes
nothing of it. In doubt, and wherever the model is sure of a plan that changes something, it is
a sentence: that is the way with a preview and an undo.
"""

import os
import re
import shutil
from collections.abc import Callable, Sequence

from nlsh.catalogue import catalogue
from nlsh.turn import Call

SHELL_WORDS = frozenset(
    "alias bg declare eval exec export fg hash jobs let read set source type ulimit umask unalias unset".split()
)
# Words that a command line hardly ever has standing alone: with one of them it is speech.
_SPEECH = frozenset(
    """a all an and any anything are as biggest by can could do does else every everything for from he her his how i if in into
    is it its largest last latest me most my newest of old oldest on or our please she should show so some than thanks that the
    their them then there these they this those to up us was we what when where which who why will with would yes no you
    your""".split()
)
_SYNTAX = re.compile(r"&&|&\s*$|\|\||[|;`<>]|\$[({\w]|(?:^|\s)[A-Za-z_]\w*=")
_FLAG = re.compile(r"(?:^|\s)--?[A-Za-z0-9]")
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*[,.!?]?")


def is_command(
    line: str,
    reading: Callable[[str], Sequence[Call] | None],
    alias: Callable[[str], bool] = lambda word: False,
) -> bool:
    """Whether an unprefixed line is to run as the user's own command.

    `reading` is the model's sure plan, or None; `alias` tells the names that the user gave to commands.
    """
    if "\n" in line or not line.isascii():
        return False
    words = line.split()
    given = bool(words) and alias(words[0]) and not _is_program(words[0])
    if not words or not (given or _is_program(words[0])):
        return False
    if speech(line):
        return False
    if line.endswith("?") or (len(words) == 1 and words[0].lower() in _SPEECH):
        return False
    if _SYNTAX.search(line):
        return True
    calls = reading(line)
    if calls is None or (calls[0].tool == "shell.run" and str(calls[0].args.get("command", "")) == line):
        return True
    shell_like = given or "/" in words[0] or _FLAG.search(line) is not None
    return shell_like and not any(catalogue()[call.tool].changes for call in calls)


def speech(line: str) -> bool:
    """Whether a word after the first is one of plain speech, which a command line hardly ever has standing alone."""
    return any(
        _PLAIN_WORD.fullmatch(word) and word.strip(",.!?").lower() in _SPEECH for word in line.split()[1:]
    )


def _is_program(word: str) -> bool:
    """Whether a first word names something that can be started."""
    if word in SHELL_WORDS:
        return True
    if "/" in word:
        place = os.path.expanduser(word)
        return os.path.isfile(place) and os.access(place, os.X_OK)
    return bool(re.fullmatch(r"[\w.+-]+", word)) and shutil.which(word) is not None
