"""The conditions on files that `files.find`, `files.search` and `rows.where` share."""

import fnmatch
import os
import re
from datetime import datetime
from functools import cache

from nlsh.errors import NotUnderstood
from nlsh.turn import Row
from nlsh.values.times import Span, span
from nlsh.values.types import suffixes


def compiled(pattern: str) -> "re.Pattern[str]":
    """A regular expression of Python's dialect, without case; NotUnderstood when it is none."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise NotUnderstood(
            f"'{pattern}' is not a regular expression: {error}", "mend it, or ask for plain text"
        ) from error


class Excluding:
    """What a search leaves out: names, globs or kinds of file, as said ("node_modules and *.min.js").

    A folder that is left out is left out with all that it holds.
    """

    def __init__(self, words: str) -> None:
        said = [
            part.strip().strip("'\"`/").lower()
            for part in re.split(r"\s*(?:,|\band\b|\bor\b|和|或|、)\s*", words)
        ]
        self._names = frozenset(filter(None, said))
        self._globs = [re.compile(fnmatch.translate(part)) for part in said if any(c in part for c in "*?[")]
        self._suffixes: tuple[str, ...] = ()
        for part in self._names:
            try:
                self._suffixes += suffixes(part)
            except ValueError:
                continue  # a name, not a kind of file

    def leaves_out(self, name: str, kind: str) -> bool:
        """Whether an entry of that name and kind ("file", "folder" …) is left out."""
        name = name.lower()
        if name in self._names or any(glob.match(name) for glob in self._globs):
            return True
        return kind == "file" and bool(self._suffixes) and name.endswith(self._suffixes)


def has_suffix(path: str, wanted: tuple[str, ...]) -> bool:
    """Whether the file name ends in one of `wanted`, ignoring case."""
    return os.path.basename(path).lower().endswith(wanted)


def name_rank(name: str, wanted: str) -> int | None:
    """How well a file name fits a wanted one: 0 exactly, then ever more loosely, None not at all.

    A glob must match whole. Otherwise: as written, without case, without extension,
    with space, `-` and `_` alike, as one of its words, as part of it.
    """
    if any(c in wanted for c in "*?["):
        # a name may hold these characters itself
        return 0 if name == wanted or fnmatch.fnmatchcase(name.lower(), wanted.lower()) else None
    if name == wanted:
        return 0
    low, want = name.lower(), wanted.lower()
    stem = low.rsplit(".", 1)[0] if "." in low[1:] else low
    if low == want:
        return 1
    if stem == want:
        return 2
    if _plain(low) == _plain(want) or _plain(stem) == _plain(want):
        return 3
    if _plain(want) in _words(low):
        return 4
    return 5 if want in low else None


def searched_rank(name: str, wanted: str) -> int | None:
    """As name_rank, and last of all by the singular: whoever looks for "my invoices" has files called invoice."""
    rank = name_rank(name, wanted)
    if rank is not None or any(c in wanted for c in "*?["):
        return rank
    for one in _singular(wanted.lower()):
        if one in name.lower() or _plain(one) in _plain(name.lower()):
            return 6
    return None


@cache
def _singular(words: str) -> tuple[str, ...]:
    """What English plural words may be the plural of; nothing for short ones, whose singular could be part of anything."""
    found = [
        (words.endswith("ies"), words[:-3] + "y"),
        (words.endswith(("ses", "xes", "ches", "shes")), words[:-2]),
    ]
    found += [(words.endswith("s") and not words.endswith("ss"), words[:-1])]
    return tuple(one for fits, one in found if fits and len(one) >= 4)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip()


def _words(name: str) -> list[str]:
    return re.split(r"[\s_.-]+", name)


def best_ranked(ranked: list[tuple[int, Row]]) -> list[Row]:
    """Exact matches (as written or without case or extension) if there are any, else all."""
    strict = [row for rank, row in ranked if rank <= 3]
    return strict or [row for _, row in ranked]


def newer_than(words: str, now: float) -> float:
    """The earliest modification time (epoch seconds) that "newer than / since WORDS" allows."""
    found = span(words, datetime.fromtimestamp(now))
    return (found.start or datetime.fromtimestamp(0)).timestamp()


def older_than(words: str, now: float) -> float:
    """The time before which something must have been modified to be "older than WORDS"."""
    found = span(words, datetime.fromtimestamp(now))
    bound = found.start or found.end or datetime.fromtimestamp(now)  # "before 2020" has an end alone
    return bound.timestamp()


def within(words: str, now: float) -> tuple[float, float]:
    """The interval in epoch seconds that "modified WORDS" means."""
    found: Span = span(words, datetime.fromtimestamp(now))
    start = found.start.timestamp() if found.start else 0.0
    return start, found.end.timestamp() if found.end else float("inf")


class Conditions:
    """The size, time, kind and name conditions of one call, made ready once."""

    def __init__(self, args: object, now: float) -> None:
        def get(name: str) -> object:
            return getattr(args, name, None)

        larger, smaller = get("larger"), get("smaller")
        self.larger = larger if isinstance(larger, int) else None
        self.smaller = smaller if isinstance(smaller, int) else None
        self.kind, self.empty = get("kind"), get("empty")
        self.suffixes = suffixes(str(get("type"))) if get("type") else None
        self.name_has = str(get("name_has")).lower() if get("name_has") else None
        self.starts = str(get("name_starts")).lower() if get("name_starts") else None
        self.ends = str(get("name_ends")).lower() if get("name_ends") else None
        self.any_name = not (self.suffixes or self.name_has or self.starts or self.ends)
        self.since = newer_than(str(get("newer")), now) if get("newer") else None
        self.before = older_than(str(get("older")), now) if get("older") else None
        self.span = within(str(get("modified")), now) if get("modified") else None

    def accept(self, path: str, kind: str, size: int, modified: float) -> bool:
        """Whether a file with these properties meets every condition."""
        return self.fits(kind) and self.called(os.path.basename(path), kind) and self.measured(size, modified)

    def fits(self, kind: str) -> bool:
        """Whether the kind is one that is wanted."""
        return not self.kind or self.kind in ("any", kind)

    def called(self, name: str, kind: str) -> bool:
        """Whether the name meets the conditions on names and endings."""
        if self.suffixes is not None and (kind != "file" or not name.lower().endswith(self.suffixes)):
            return False
        if self.name_has is None and self.starts is None and self.ends is None:
            return True
        name = name.lower()
        if self.name_has is not None and self.name_has not in name:
            return False
        if self.starts is not None and not name.startswith(self.starts):
            return False
        stem = name.rsplit(".", 1)[0]
        return self.ends is None or name.endswith(self.ends) or stem.endswith(self.ends)

    def measured(self, size: int, modified: float) -> bool:
        """Whether size and time meet the conditions on them."""
        if self.larger is not None and size <= self.larger:
            return False
        if self.smaller is not None and size >= self.smaller:
            return False
        if self.since is not None and modified < self.since:
            return False
        if self.before is not None and modified >= self.before:
            return False
        return self.span is None or self.span[0] <= modified < self.span[1]
