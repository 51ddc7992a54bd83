"""Words for numbers, sizes, times and kinds of file."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nlsh.tools.rows.nth import Nth
from nlsh.values.numbers import number, ordinal, ordinals
from nlsh.values.sizes import parse_size, show_size
from nlsh.values.times import add, duration, span
from nlsh.values.types import suffixes

NOW = datetime(2026, 11, 22, 15, 30)  # a Sunday
MIB, GIB = 1024**2, 1024**3


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", 2), ("1,000", 1000), ("twenty five", 25), ("a couple", 2), ("a couple of", 2), ("a dozen", 12), ("two dozen", 24), ("a hundred", 100),
     ("three hundred and five", 305), ("一百二十", 120), ("两", 2), ("十", 10), ("十五", 15), ("三万", 30000), ("half", 0.5), ("2.5", 2.5), ("10k", 10000),
     ("banana", None), ("", None)],
)  # fmt: skip
def test_number(text: str, value: float | None) -> None:
    assert number(text) == value


@given(st.integers(0, 10**9))
def test_number_reads_digits(value: int) -> None:
    assert number(str(value)) == value == number(f"{value:,}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("second", 2),
        ("3rd", 3),
        ("the fifth one", 5),
        ("last", -1),
        ("第三", 3),
        ("第二个", 2),
        ("7", 7),
        ("x", None),
    ],
)
def test_ordinal(text: str, value: int | None) -> None:
    assert ordinal(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", (3,)),
        ("3 and 5", (3, 5)),
        ("1, 2, and 4", (1, 2, 4)),
        ("7 & 7", (7,)),
        ("2-4", (2, 3, 4)),
        ("2 to 4 and 9", (2, 3, 4, 9)),
        ("the second and the last", (2, -1)),
        ("第三和第五个", (3, 5)),
        ("二、四", (2, 4)),
        ("第2到第4", (2, 3, 4)),
        ("5-2", None),
        ("1-100000", None),
        ("3 and", None),
        ("salt and pepper", None),
    ],
)
def test_ordinals(text: str, value: tuple[int, ...] | None) -> None:
    assert ordinals(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("100 MB", 100 * MIB), ("100MB", 100 * MIB), ("a gig", GIB), ("a gig and a half", GIB * 3 // 2), ("half a gig", GIB // 2), ("1.5 GB", GIB * 3 // 2),
     ("10k", 10240), ("500 kb", 512000), ("2048", 2048), ("100 bytes", 100), ("一百兆", 100 * MIB), ("50兆", 50 * MIB), ("two hundred megs", 200 * MIB),
     ("1TB", 1024**4), ("one megabyte", MIB), ("5 gigs", 5 * GIB), ("1G", GIB), ("500M", 500 * MIB), ("20 megs", 20 * MIB), ("a megabyte", MIB)],
)  # fmt: skip
def test_size(text: str, value: int) -> None:
    assert parse_size(text) == value


@pytest.mark.parametrize("text", ["big", "", "many files", "MB of", "-5 MB"])
def test_size_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        parse_size(text)


@given(st.integers(0, 2**60))
def test_show_size_is_near(value: int) -> None:
    shown = show_size(value)
    if value >= 1024:
        assert abs(parse_size(shown) - value) <= value * 0.06
    else:
        assert parse_size(shown) == value


def days(n: float) -> datetime:
    return NOW - timedelta(days=n)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", datetime(2026, 11, 22), datetime(2026, 11, 23)),
        ("yesterday", datetime(2026, 11, 21), datetime(2026, 11, 22)),
        ("this week", datetime(2026, 11, 16), datetime(2026, 11, 23)),
        ("last week", datetime(2026, 11, 9), datetime(2026, 11, 16)),
        ("last month", datetime(2026, 10, 1), datetime(2026, 11, 1)),
        ("this year", datetime(2026, 1, 1), datetime(2027, 1, 1)),
        ("last 24 hours", days(1), None),
        ("the last 3 days", days(3), None),
        ("past two weeks", days(14), None),
        ("last friday", datetime(2026, 11, 20), datetime(2026, 11, 21)),
        ("monday", datetime(2026, 11, 16), datetime(2026, 11, 17)),
        ("last sunday", datetime(2026, 11, 15), datetime(2026, 11, 16)),
        ("march 2024", datetime(2024, 3, 1), datetime(2024, 4, 1)),
        ("2023", datetime(2023, 1, 1), datetime(2024, 1, 1)),
        ("2024-05-01", datetime(2024, 5, 1), datetime(2024, 5, 2)),
        ("june 12", datetime(2026, 6, 12), datetime(2026, 6, 13)),
        ("december", datetime(2025, 12, 1), datetime(2026, 1, 1)),
        ("3 days ago", days(3), None),
        ("昨天", datetime(2026, 11, 21), datetime(2026, 11, 22)),
        ("上周", datetime(2026, 11, 9), datetime(2026, 11, 16)),
        ("上周五", datetime(2026, 11, 13), datetime(2026, 11, 14)),
        ("最近三天", days(3), None),
        ("上个月", datetime(2026, 10, 1), datetime(2026, 11, 1)),
        ("2024年3月", datetime(2024, 3, 1), datetime(2024, 4, 1)),
        ("six months", datetime(2026, 5, 22, 15, 30), None),
        ("since monday", datetime(2026, 11, 16), None),
        ("before 2020", None, datetime(2020, 1, 1)),
        ("after 2020", datetime(2021, 1, 1), None),
        ("between march and may", datetime(2026, 3, 1), datetime(2026, 6, 1)),
        ("last summer", datetime(2026, 6, 1), datetime(2026, 9, 1)),
        ("last winter", datetime(2025, 12, 1), datetime(2026, 3, 1)),
        ("summer of 2023", datetime(2023, 6, 1), datetime(2023, 9, 1)),
        ("the day before yesterday", datetime(2026, 11, 20), datetime(2026, 11, 21)),
        ("yesterday evening", datetime(2026, 11, 21, 18), datetime(2026, 11, 22)),
        ("this morning", datetime(2026, 11, 22), datetime(2026, 11, 22, 12)),
        ("last weekend", datetime(2026, 11, 14), datetime(2026, 11, 16)),  # today is a sunday
        ("this weekend", datetime(2026, 11, 21), datetime(2026, 11, 23)),
        ("q2 2025", datetime(2025, 4, 1), datetime(2025, 7, 1)),
        ("last quarter", datetime(2026, 7, 1), datetime(2026, 10, 1)),
        ("the 90s", datetime(1990, 1, 1), datetime(2000, 1, 1)),
        ("五月", datetime(2026, 5, 1), datetime(2026, 6, 1)),
        ("五个月", datetime(2026, 6, 22, 15, 30), None),
        ("去年十二月", datetime(2025, 12, 1), datetime(2026, 1, 1)),
        ("三月到五月", datetime(2026, 3, 1), datetime(2026, 6, 1)),
        ("昨天下午", datetime(2026, 11, 21, 12), datetime(2026, 11, 21, 18)),
        ("上个星期五", datetime(2026, 11, 13), datetime(2026, 11, 14)),
    ],
)
def test_span(text: str, start: datetime | None, end: datetime | None) -> None:
    found = span(text, NOW)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("text", ["banana", "", "the blue one", "2024-13-01", "february 31"])
def test_span_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        span(text, NOW)


@given(st.text(max_size=40))
def test_words_never_crash(text: str) -> None:
    for reader in (parse_size, duration, lambda t: span(t, NOW), suffixes):
        try:
            reader(text)
        except ValueError:
            pass
    number(text)
    ordinal(text)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-600, 600))
def test_months_go_there_and_back(moment: datetime, months: int) -> None:
    first = moment.replace(day=1)
    assert add(add(first, months, "month"), -months, "month") == first


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 minutes", 5400),
        ("half an hour", 1800),
        ("两个小时", 7200),
        ("a day", 86400),
        ("半小时", 1800),
        ("1 week", 604800),
    ],
)
def test_duration(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("pdfs", (".pdf",)), (".pyc", (".pyc",)), ("log", (".log",)), ("jpgs and pngs", (".jpg", ".jpeg", ".png")), (".tar.gz", (".tar.gz",)), ("csv files", (".csv",)),
     ("markdown", (".md", ".markdown", ".mdx"))],
)  # fmt: skip
def test_suffixes(text: str, expected: tuple[str, ...]) -> None:
    assert suffixes(text) == expected


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("photos", ".heic"),
        ("图片", ".png"),
        ("documents", ".odt"),
        ("python scripts", ".py"),
        ("music", ".flac"),
        ("archives", ".zip"),
        ("PDFs", ".pdf"),
    ],
)
def test_families(text: str, member: str) -> None:
    assert member in suffixes(text)


@pytest.mark.parametrize("value", [0, True, [], [1, 0], ["x"], [[1]], "0", "none"])
def test_no_positions(value: object) -> None:
    """A larger model writes numbers and lists itself; they are held to the same."""
    with pytest.raises(ValidationError):
        Nth.model_validate({"n": value})


def test_positions_that_a_model_wrote_itself() -> None:
    for value, positions in ((2, (2,)), ([1, -1], (1, -1)), (["third", 2], (3, 2))):
        assert Nth.model_validate({"n": value}).n == positions
