"""Which spans of a text a person would mean: where what is copied from a sentence may begin and end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Text that may be copied: tokens, and where among them a span may begin and end."""

    tokens: tuple[int, ...]
    begins: frozenset[int]
    ends: frozenset[int]
    pieces: tuple[bytes, ...] = ()
    quoted: frozenset[tuple[int, int]] = frozenset()  # first and last token of what stands in quotation marks

    def text(self, first: int, last: int) -> str:
        """The words from token `first` to token `last`."""
        return b"".join(self.pieces[first : last + 1]).decode("utf-8", "replace")


def source(tokens: Sequence[int], pieces: Sequence[bytes]) -> Source:
    """Spans begin and end where a person would put quotation marks.

    That is at white space, quotes, brackets, sentence punctuation or a change between
    Chinese and other script; never inside a word, a number, a file name, a path or what the person did put in quotation marks.
    """
    text = b"".join(pieces).decode("utf-8", "replace")
    starts = _character_offsets(pieces)
    begins = {i for i, at in enumerate(starts[:-1]) if at is not None and _may_begin(text, at)}
    ends = {i for i, at in enumerate(starts[1:]) if at is not None and may_end(text, at)}
    quoted = set()
    for opens, closes in quotations(text):
        inside = [i for i, at in enumerate(starts[:-1]) if at is not None and opens <= at < closes]
        if inside and inside[0] in begins and inside[-1] in ends:
            quoted.add((inside[0], inside[-1]))
            begins -= set(inside[1:])
            ends -= set(inside[:-1])
    return Source(tuple(tokens), frozenset(begins), frozenset(ends), tuple(pieces), frozenset(quoted))


def quotations(text: str) -> list[tuple[int, int]]:
    """Where what stands in quotation marks begins and ends, in characters, without the marks.

    A mark opens after white space, a bracket or Chinese, and closes before anything but a letter or digit, so that an
    apostrophe does neither. A sentence that is one quotation as a whole has none within; a program of awk is none.
    """
    found, at = [], 0
    while at < len(text) - 2:
        mark = _QUOTES.get(text[at])
        opens = mark and (
            at == 0 or text[at - 1].isspace() or text[at - 1] in "([{=:,，：" or _han(text[at - 1])
        )
        end = _closing(text, at + 1, mark) if mark and opens and not text[at + 1].isspace() else None
        if end is not None:
            found.append((at + 1, end))
            at = end
        at += 1
    return [(a, b) for a, b in found if (a > 1 or text[b + 1 :].strip(" .?!")) and text[a] != "{"]


def _closing(text: str, begin: int, mark: str) -> int | None:
    """Where a quotation that begins at `begin` ends, at a `mark` that no word goes on behind."""
    for at in range(begin + 1, len(text)):
        rest = text[at + 1 : at + 2]
        if text[at] == mark and not text[at - 1].isspace() and (not rest.isalnum() or _han(rest)):
            return at
    return None


def _character_offsets(pieces: Sequence[bytes]) -> list[int | None]:
    """Where in the text each piece begins, and the last one ends; None inside a character."""
    found: list[int | None] = []
    data = b""
    for piece in (*pieces, b""):
        try:
            found.append(len(data.decode("utf-8")))
        except UnicodeDecodeError:
            found.append(None)
        data += piece
    return found


_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」", "『": "』"}
_NAME_MARKS = "._-/~*@+%#\\"


def _part_of_name(c: str) -> bool:
    return (c.isalnum() and not _han(c)) or c in _NAME_MARKS


def _han(c: str) -> bool:
    return "\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff"


def _may_begin(text: str, at: int) -> bool:
    if at >= len(text) or text[at].isspace():
        return False
    if at == 0 or not _part_of_name(text[at - 1]) or _han(text[at]):
        return not _contracted(text, at - 1)
    if _between_numbers(text, at - 1):
        return True
    flag = text[at - 1] in "-+:#" and text[at].isdigit()
    return flag and (at == 1 or text[at - 2].isspace())  # head -20 file


def _contracted(text: str, at: int) -> bool:
    """Whether the character at `at` is the apostrophe of "what's" or "don't", after which no name begins."""
    if at < 1 or text[at] not in "'’" or not text[at - 1].isalpha():
        return False
    end = re.match(r"(?:s|t|d|m|re|ve|ll)(?![\w'’])", text[at + 1 :], re.IGNORECASE)
    return end is not None


def _between_numbers(text: str, at: int) -> bool:
    """Whether the mark at `at` is the dash of a range such as 10-20, a word of its own."""
    if text[at] not in "-–":
        return False
    begin, end = at, at + 1
    while begin and text[begin - 1].isdigit():
        begin -= 1
    while end < len(text) and text[end].isdigit():
        end += 1
    alone = (begin == 0 or not _part_of_name(text[begin - 1])) and (
        end == len(text) or not _part_of_name(text[end])
    )
    return begin < at < end - 1 and alone


def may_end(text: str, at: int) -> bool:
    """Whether a span of `text` may end before the character at `at`."""
    if at == 0 or text[at - 1].isspace():
        return False
    rest = text[at:]
    if not rest or not _part_of_name(rest[0]) or _han(text[at - 1]) or _between_numbers(text, at):
        return True
    # a full stop, a slash or dots may trail a name
    stripped = rest.lstrip("./")
    return stripped != rest and (not stripped or stripped[0].isspace() or stripped[0] in "\"'`”’)")
