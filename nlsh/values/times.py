"""Times, spans and durations as people say them, made exact against a clock.

`span` gives the half-open interval that words such as "yesterday", "last week",
"the last 24 hours", "march 2024" or 上周 mean; `duration` the seconds of "6 months".
A calendar month counts as a calendar month, not as thirty days.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from nlsh.values.numbers import number
from nlsh.values.periods import named_period

_UNIT_WORDS = {
    "second": "s sec secs second seconds 秒 秒钟",
    "minute": "min mins minute minutes 分钟 分",
    "hour": "h hr hrs hour hours 小时 个小时 钟头 个钟头",
    "day": "d day days 天 日",
    "week": "w wk week weeks 周 星期 个星期 礼拜 个礼拜",
    "month": "month months mo 月 个月",
    "year": "y yr yrs year years 年",
}
_UNITS = {w: unit for unit, words in _UNIT_WORDS.items() for w in words.split()}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_HAN_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_LENGTHS = {
    r"\ba fortnight$": "2 weeks",
    r"\ba quarter$": "3 months",
    r"\ba decade$": "10 years",
    "一个季度": "3个月",
    "十年": "10年",
}
_FIXED = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_HAN_WORDS = {
    "今天": "today", "今日": "today", "昨天": "yesterday", "昨日": "yesterday", "前天": "2 days ago day",
    "本周": "this week", "这周": "this week", "这个星期": "this week", "上周": "last week",
    "上个星期": "last week", "上星期": "last week", "本月": "this month", "这个月": "this month",
    "上个月": "last month", "上月": "last month", "今年": "this year", "去年": "last year",
    "今早": "this morning", "今天早上": "this morning", "昨晚": "last night", "刚才": "last 15 minutes",
    "刚刚": "last 15 minutes", "周末": "weekend", "大前天": "3 days ago day", "上周末": "last weekend", "前年": "2 years ago year",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval of local time; None is open on that side."""

    start: datetime | None
    end: datetime | None


def add(moment: datetime, amount: float, unit: str) -> datetime:
    """`moment` moved by `amount` units; months and years move by the calendar."""
    if unit in _FIXED:
        return moment + timedelta(seconds=amount * _FIXED[unit])
    months = round(amount * (12 if unit == "year" else 1) * 2) / 2
    whole = int(months // 1)
    index = moment.year * 12 + moment.month - 1 + whole
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9998:
        raise ValueError("that lies outside the calendar")
    following = datetime(year + month // 12, month % 12 + 1, 1)
    day = min(moment.day, (following - timedelta(days=1)).day)
    return moment.replace(year=year, month=month, day=day) + timedelta(days=15 * (months - whole))


def _amount_and_unit(said: str) -> tuple[float, str] | None:
    said = re.sub(r"^(the|about|around|over|more than|past|大约)\s+", "", said.strip())
    extra = 0.0
    if said.endswith(" and a half"):
        said, extra = said[: -len(" and a half")], 0.5
    if match := re.fullmatch(rf"(?P<n>.*?)\s*个?(?P<half>半)?(?P<unit>{_UNIT})(?P<tail>半)?", said):
        amount = number(match["n"]) if match["n"].strip() else (None if match["half"] else 1.0)
        if amount is None and match["half"]:
            amount = 0.0
        if amount is None:
            return None
        extra += 0.5 * bool(match["half"]) + 0.5 * bool(match["tail"])
        return amount + extra, _UNITS[match["unit"]]
    return None


def duration(text: str) -> float:
    """Seconds in "90 minutes", "half an hour", "两个小时"; ValueError when it is no duration."""
    said = text.strip().lower()
    for name, plain in _LENGTHS.items():
        said = re.sub(name, plain, said)
    found = _amount_and_unit(said)
    if found is None:
        raise ValueError(f"'{text}' is not a length of time that I can read (try 10 minutes)")
    amount, unit = found
    return amount * (_FIXED.get(unit) or {"month": 2629800, "year": 31557600}[unit])


def _floor(moment: datetime, unit: str) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    if unit == "minute":
        return moment.replace(second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "year":
        return day.replace(month=1, day=1)
    return day


def _period(start: datetime, unit: str) -> Span:
    return Span(start, add(start, 1, unit))


def span(text: str, now: datetime) -> Span:
    """The interval that `text` names, seen from `now` (local, naive).

    Raises ValueError when the words name no time.
    """
    said = re.sub(r"\s+", " ", text.strip().lower().strip(",.'\""))
    found = _bounded(said, now)
    if found is not None:
        return found
    said = re.sub(r"^(?:the|on|in|from|during|since|within|as of|of)\s+", "", said)
    said = re.sub(r"^the\s+", "", said)
    said = re.sub(r"('s|的|以来|之前|以前|前|以内|之内|内)$", "", said) if "ago" not in said else said
    said = _HAN_WORDS.get(said, said)
    for reader in (_named, _han_month, _rolling, _ago, _calendar, _weekday, _han_when):
        found = reader(said, now)
        if found is not None:
            return found
    raise ValueError(f"'{text}' is not a time that I can read (try yesterday, last week, 2024-05-01)")


def _bounded(said: str, now: datetime) -> Span | None:
    """Spans with one end ("since monday", "before 2020") and with two ("between march and may", 三月到五月)."""
    if match := re.fullmatch(
        r"(?:between|from) (.+?) (?:and|to|until|till) (.+)|(.+?)(?: to | until |到|至)(.+)", said
    ):
        try:
            first, last = span(match[1] or match[3], now), span(match[2] or match[4], now)
        except ValueError:
            return None
        if first.start is None or first.start > (last.start or now):
            return None
        return Span(first.start, last.end)
    if match := re.fullmatch(r"(since|after|before|until|till|up to|starting) (.+)", said):
        inner = span(match[2], now)
        if match[1] in ("since", "starting"):
            return Span(inner.start, None)
        return Span(inner.end or inner.start, None) if match[1] == "after" else Span(None, inner.start)
    return None


def _han_month(said: str, now: datetime) -> Span | None:
    """五月, 今年三月, 去年十二月: months by name, which "五个月" is not."""
    match = re.fullmatch(r"(今年|去年|前年)?(十[一二]?|[一二三四五六七八九]|\d{1,2})月", said)
    month = int(number(match[2]) or 0) if match else 0
    if match is None or not 1 <= month <= 12:
        return None
    year = now.year - {"今年": 0, "去年": 1, "前年": 2}.get(match[1] or "今年", 0)
    start = datetime(year, month, 1)
    return _period(start.replace(year=year - 1) if start > now and match[1] is None else start, "month")


def _named(said: str, now: datetime) -> Span | None:
    if (pair := named_period(said, now)) is not None:
        return Span(*pair)
    today = _floor(now, "day")
    if said in ("today", "this day"):
        return _period(today, "day")
    if said in ("day before yesterday", "2 days ago day"):
        return _period(today - timedelta(days=2), "day")
    if said == "yesterday":
        return _period(today - timedelta(days=1), "day")
    if said in ("now", "just now", "recently", "lately", "最近", "近期"):
        return Span(now - timedelta(days=7 if said != "just now" else 0, minutes=15), None)
    if said == "this morning":
        return Span(today, today + timedelta(hours=12))
    if said in ("tonight", "this evening"):
        return Span(today + timedelta(hours=18), today + timedelta(days=1))
    if said == "last night":
        return Span(today - timedelta(hours=6), today + timedelta(hours=6))
    if match := re.fullmatch(rf"(this|current|last|previous|past) ({_UNIT})", said):
        unit = _UNITS[match[2]]
        if match[1] == "past" or unit in ("hour", "minute", "second"):
            return Span(add(now, -1, unit), None)
        start = _floor(now, unit)
        return _period(start if match[1] in ("this", "current") else add(start, -1, unit), unit)
    return None


def _rolling(said: str, now: datetime) -> Span | None:
    if match := re.fullmatch(r"(?:last|past|previous|latest|最近|过去|近)\s*(.+)", said):
        found = _amount_and_unit(match[1])
        if found:
            return Span(add(now, -found[0], found[1]), None)
    found = _amount_and_unit(said)
    return Span(add(now, -found[0], found[1]), None) if found else None


def _ago(said: str, now: datetime) -> Span | None:
    if match := re.fullmatch(r"(.+?) (?:ago|earlier|back)(?: (day|year))?", said):
        found = _amount_and_unit(match[1])
        if found:
            start = add(now, -found[0], found[1])
            return _period(_floor(start, found[1]), found[1]) if match[2] else Span(start, None)
    return None


def _calendar(said: str, now: datetime) -> Span | None:
    months = "|".join(f"{m}|{m[:3]}" for m in _MONTHS) + "|sept"
    if match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?", said):
        try:
            start = datetime(int(match[1]), int(match[2]), int(match[3] or 1))
        except ValueError as error:
            raise ValueError(f"'{said}' is not a day of the calendar") from error
        return _period(start, "day" if match[3] else "month")
    if match := re.fullmatch(r"(19|20)(\d\d)年?", said):
        return _period(datetime(int(match[1] + match[2]), 1, 1), "year")
    pattern = rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?({months})\.?(?: (\d{{1,2}})(?:st|nd|rd|th)?)?(?:,? (\d{{4}}))?"
    if match := re.fullmatch(pattern, said):
        month = [m[:3] for m in _MONTHS].index(match[2][:3]) + 1
        day = match[1] or match[3]
        year = int(match[4]) if match[4] else now.year
        try:
            start = datetime(year, month, int(day or 1))
        except ValueError as error:
            raise ValueError(f"'{said}' is not a day of the calendar") from error
        if not match[4] and start > now:
            start = start.replace(year=year - 1)
        return _period(start, "day" if day else "month")
    if match := re.fullmatch(
        r"(\d{1,2}|[一二三四五六七八九十]+)月(?:(\d{1,2}|[一二三四五六七八九十]+)[日号])?", said
    ):
        month, day_number = int(number(match[1]) or 0), int(number(match[2] or "1") or 1)
        start = datetime(now.year, month, day_number)
        return _period(
            start if start <= now else start.replace(year=now.year - 1), "day" if match[2] else "month"
        )
    return None


def _weekday(said: str, now: datetime) -> Span | None:
    if match := re.fullmatch(
        rf"(last |this |past )?({'|'.join(_DAYS)}|{'|'.join(d[:3] for d in _DAYS)})", said
    ):
        index = [d[:3] for d in _DAYS].index(match[2][:3])
        today = _floor(now, "day")
        back = (today.weekday() - index) % 7
        if match[1] == "last " and back == 0:
            back = 7
        return _period(today - timedelta(days=back), "day")
    if match := re.fullmatch(r"(上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])", said):
        monday = _floor(now, "week") - timedelta(days=7 if match[1] == "上" else 0)
        day = monday + timedelta(days=_HAN_DAYS[match[2]])
        return _period(day if day <= now else day - timedelta(days=7), "day")
    return None


def _han_when(said: str, now: datetime) -> Span | None:
    if match := re.fullmatch(r"(上|这|本)个?(月|周|星期)", said):
        unit = "month" if match[2] == "月" else "week"
        start = _floor(now, unit)
        return _period(add(start, -1, unit) if match[1] == "上" else start, unit)
    return None
