"""Stretches of time that have names of their own: parts of a day, seasons, quarters, decades, weekends.

Seasons are the meteorological ones of the north (summer is June to August). Each function
gives a half-open pair of local times, or None for words that it does not know.
"""

import re
from datetime import datetime, timedelta

Pair = tuple[datetime, datetime]
_PARTS = {  # hours from midnight; a night ends on the morning after
    "morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30), "noon": (11, 14),
    "早上": (0, 12), "早晨": (0, 12), "上午": (0, 12), "中午": (11, 14), "下午": (12, 18), "晚上": (18, 30), "傍晚": (17, 20), "夜里": (20, 30),
}  # fmt: skip
_DAYS_BACK = {"today": 0, "this": 0, "yesterday": 1, "今天": 0, "昨天": 1, "前天": 2}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12, "春天": 3, "夏天": 6, "秋天": 9, "冬天": 12, "春季": 3, "夏季": 6,
            "秋季": 9, "冬季": 12}  # fmt: skip
_YEARS_BACK = {"this": 0, "last": 1, "今年": 0, "去年": 1, "前年": 2}


def named_period(said: str, now: datetime) -> Pair | None:
    """The stretch of time that `said` names, seen from `now`."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        _part_of_day(said, today)
        or _weekend(said, today)
        or _season(said, now)
        or _quarter(said, now)
        or _decade(said)
    )


def _part_of_day(said: str, today: datetime) -> Pair | None:
    match = re.fullmatch(rf"({'|'.join(_DAYS_BACK)}) ?({'|'.join(_PARTS)})", said)
    if match is None:
        return (today, today + timedelta(days=1)) if said in ("earlier today", "earlier this day") else None
    day = today - timedelta(days=_DAYS_BACK[match[1]])
    begin, end = _PARTS[match[2]]
    return day + timedelta(hours=begin), day + timedelta(hours=end)


def _weekend(said: str, today: datetime) -> Pair | None:
    if said not in ("last weekend", "the weekend", "weekend", "this weekend", "past weekend"):
        return None
    since = (today.weekday() - 5) % 7  # days since the last saturday
    if said == "last weekend" and since < 2:
        since += 7  # on a weekend, the last one is the one before
    saturday = today - timedelta(days=since)
    return saturday, saturday + timedelta(days=2)


def _season(said: str, now: datetime) -> Pair | None:
    names = "|".join(_SEASONS)
    match = re.fullmatch(rf"(?:(this|last|今年|去年|前年) ?)?({names})(?:(?: of)? (\d{{4}}))?", said)
    if match is None:
        return None
    month = _SEASONS[match[2]]
    year = int(match[3]) if match[3] else now.year - _YEARS_BACK.get(match[1] or "this", 0)
    if match[1] in (None, "last") and not match[3]:  # the latest one that has ended, or, unnamed, has begun
        year = now.year
        while (_months_on(year, month, 3) if match[1] else datetime(year, month, 1)) > now:
            year -= 1
    return datetime(year, month, 1), _months_on(year, month, 3)


def _quarter(said: str, now: datetime) -> Pair | None:
    match = re.fullmatch(r"(?:q([1-4])|(first|second|third|fourth|last) quarter)(?: (?:of )?(\d{4}))?", said)
    if match is None:
        return None
    if match[2] == "last" and not match[3]:
        first = now.year * 12 + (now.month - 1) // 3 * 3 - 3
        year, month = first // 12, first % 12 + 1
    else:
        number = (
            int(match[1]) if match[1] else ("first", "second", "third", "fourth", "last").index(match[2]) + 1
        )
        year, month = int(match[3] or now.year), min(number, 4) * 3 - 2
        if not match[3] and datetime(year, month, 1) > now:
            year -= 1
    return datetime(year, month, 1), _months_on(year, month, 3)


def _decade(said: str) -> Pair | None:
    match = re.fullmatch(r"(19|20)?(\d)0'?s", said)
    if match is None or (match[1] is None and int(match[2]) < 5):
        return None
    year = int((match[1] or "19") + match[2] + "0")
    return datetime(year, 1, 1), datetime(year + 10, 1, 1)


def _months_on(year: int, month: int, months: int) -> datetime:
    index = year * 12 + month - 1 + months
    return datetime(index // 12, index % 12 + 1, 1)
