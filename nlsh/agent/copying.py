"""Which words may be copied for an argument: from the sentence, and from the plan before it.

A value is a span that a person would put quotation marks around, reads as its argument's type, and has no other part to
play. A name in the sentence counts before one of the plan before.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import AfterValidator, BeforeValidator
from pydantic.fields import FieldInfo

from nlsh.agent.spans import Source
from nlsh.arguments import Count, Duration, FileType, Number, Ordinal, Ordinals, Size, When

Span = tuple[int, int, int]  # source, first token, last token

MAX_COPY = 96
MAX_VALUE, MAX_LIST = 12, 32
VALUE_ROLES: dict[str, Any] = {
    "size": Size, "count": Count, "ordinal": Ordinal, "ordinals": Ordinals, "when": When, "type": FileType, "number": Number,
    "duration": Duration,
}  # fmt: skip
_FILE_NAME = re.compile(
    r"[^\s/:@]*/[^\s:]*|[^\s/:@]+\.(?:7z|3gp|[A-Za-z][A-Za-z0-9]{0,4}|markdown|torrent|service|desktop|parquet|sqlite3?)"
)
# What may stand between two parts of one name: words, but none that would join two names.
_WITHIN = re.compile(r"\s(?:(?!(?:to|into|and|as|or|in|from|with|called|by)\s)\w+\s){0,2}")
_SUFFIX = re.compile(r"\.\w{1,8}\W*$")
_Z_POINTING = ("文件", "目录", "这个", "那个", "它")  # in Chinese nothing tells where a word ends
_POINTING = frozenset("it this that file folder one the all".split())


@cache
def _reader(role: str) -> Callable[[str], object]:
    """What reads a value of `role`, or raises ValueError: the very functions and bounds of the argument's type.

    Without pydantic's own validator, which takes ten milliseconds to make; a test holds the two to each other.
    """
    marks = get_args(VALUE_ROLES[role])[1:]
    functions = [
        mark.func for kind in (BeforeValidator, AfterValidator) for mark in marks if isinstance(mark, kind)
    ]
    bounds = [bound for mark in marks if isinstance(mark, FieldInfo) for bound in mark.metadata]

    def read(text: str) -> object:
        value: Any = text
        for function in functions:
            value = function(value)  # type: ignore[call-arg]
        for bound in bounds:
            low, high = getattr(bound, "ge", None), getattr(bound, "le", None)
            over, longest = getattr(bound, "gt", None), getattr(bound, "max_length", None)
            if (
                (low is not None and value < low)
                or (high is not None and value > high)
                or (over is not None and value <= over)
                or (longest is not None and len(value) > longest)
            ):
                raise ValueError(f"{value} is out of bounds")
        return value

    return read


class Words:
    """The words of the sentence (source 0) and of the plan before it (source 1)."""

    def __init__(self, sources: Sequence[Source], exists: Callable[[str], bool]) -> None:
        self.sources = sources
        self.used: set[tuple[int, int]] = set()  # tokens of the sentence that have their part to play
        self._exists = exists
        self._there: set[tuple[int, int]] | None = None
        self._files: set[tuple[int, int]] | None = None
        self._readable: dict[str, set[Span]] = {}

    def beginnings(self, role: str, *, only_said: bool) -> list[tuple[int, int]]:
        """Where a value of `role` may begin, as (source, token)."""
        if role in VALUE_ROLES:
            return sorted({span[:2] for span in self._values(role) if self._unused(*span)})
        spans = ((s, i) for s, text in enumerate(self.sources) for i in text.begins)
        return [span for span in spans if span not in self.used and not (only_said and span[0])]

    def there_is(self, role: str) -> bool:
        """Whether any word is left that could be a value of `role`."""
        if role in VALUE_ROLES:
            return any(self._unused(*span) for span in self._values(role))
        return any((s, i) not in self.used for s, text in enumerate(self.sources) for i in text.begins)

    def whole(self, role: str, span: Span) -> bool:
        """Whether the span is one that a person would mean, and says a value of its role."""
        if role in VALUE_ROLES:
            return span in self._values(role)
        return span[2] in self.sources[span[0]].ends

    def goes_on(self, role: str, span: Span) -> bool:
        """Whether a longer span that begins like this one can be meant."""
        s, first, last = span
        if last + 1 >= len(self.sources[s].tokens) or (s, last + 1) in self.used:
            return False
        if role in VALUE_ROLES:
            longer = ((t, i, p) for t, i, p in self._values(role) if t == s and i == first and p > last)
            return any(self._unused(*each) for each in longer)
        return self._ends_later(s, last + 1)

    def points_back(self, span: Span) -> bool:
        """Whether the words stand for something that was named before: of "rename it" the name may be "it_notes.txt" of before."""
        s, first, last = span
        text = self.sources[s]
        end = next((i for i in range(last, len(text.tokens)) if i in text.ends), last)
        said = text.text(first, end).lower()
        return said in _POINTING or text.text(first, first + 2).startswith(_Z_POINTING)

    def give(self, role: str, spans: Iterable[Span]) -> None:
        """Note which words got this part. A word of the sentence plays one part in a plan; words of the plan before may be used again.

        Where the same words stand twice it cannot be told which were meant, so neither is taken.
        """
        said = [span for span in spans if span[0] == 0 and self.whole(role, span)]
        if len(said) == 1:
            self.used |= {(0, i) for i in range(said[0][1], said[0][2] + 1)}

    def there(self) -> set[tuple[int, int]]:
        """The spans of the sentence that name an existing file or folder."""
        if self._there is None:
            self._there = self._said(lambda text: self._exists(text))
        return self._there

    def quoted(self) -> set[tuple[int, int]]:
        """The spans of the sentence that stand in quotation marks and play no part yet."""
        return {span for span in self.sources[0].quoted if self._unused(0, *span)}

    def names_of_files(self) -> int:
        """How many names of files, as such, the sentence has that play no part yet."""
        if self._files is None:
            self._files = self._said(lambda text: _FILE_NAME.fullmatch(text.strip()) is not None)
        said = self.sources[0]
        free = [span for span in self._files if self._unused(0, *span)]
        bare = [last for first, last in free if not _SUFFIX.search(said.text(first, last))]
        # "lib/scan 94115.key" may be one name with spaces: what follows a path without a suffix is no second one for sure
        begun = {
            first
            for first, _ in free
            for last in bare
            if last < first and _WITHIN.fullmatch(said.text(last + 1, first - 1))
        }
        return apart(span for span in free if span[0] not in begun)

    def _said(self, wanted: Callable[[str], bool]) -> set[tuple[int, int]]:
        said = self.sources[0]
        return {
            (first, last)
            for first in said.begins
            for last in range(first, min(first + MAX_COPY, len(said.tokens)))
            if last in said.ends and wanted(said.text(first, last))
        }

    def _ends_later(self, s: int, at: int) -> bool:
        """Whether a span may end at token `at` or after it, before the next word that has its part."""
        text = self.sources[s]
        while at < len(text.tokens) and (s, at) not in self.used:
            if at in text.ends:
                return True
            at += 1
        return False

    def _unused(self, s: int, first: int, last: int) -> bool:
        return not any((s, i) in self.used for i in range(first, last + 1))

    def _values(self, role: str) -> set[Span]:
        """Every span that can be read as a value of `role`."""
        if role not in self._readable:
            longest = MAX_LIST if role == "ordinals" else MAX_VALUE
            self._readable[role] = {
                (s, first, last)
                for s, text in enumerate(self.sources)
                for first in text.begins
                for last in range(first, min(first + longest, len(text.tokens)))
                if last in text.ends and reads(role, text.text(first, last))
            }
        return self._readable[role]


def apart(spans: Iterable[tuple[int, int]]) -> int:
    """How many of the spans lie beside each other: "a.tar" and "a.tar.gz" are one name."""
    count, behind = 0, 0
    for first, last in sorted(spans, key=lambda span: span[1]):
        if first >= behind:
            count, behind = count + 1, last + 1
    return count


def reads(role: str, text: str) -> bool:
    """Whether `text` is a value of `role`."""
    try:
        _reader(role)(text)
    except ValueError:
        return False
    return True
