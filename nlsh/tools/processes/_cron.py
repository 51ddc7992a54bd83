"""The user's crontab as rows, and schedules as people say them (crontab(5))."""

import re

from nlsh.errors import NotUnderstood
from nlsh.turn import Row
from nlsh.values.numbers import number

_DAYS = {name: n for n, names in enumerate(("sunday 星期日 星期天 周日 周天", "monday 星期一 周一", "tuesday 星期二 周二", "wednesday 星期三 周三",
                                            "thursday 星期四 周四", "friday 星期五 周五", "saturday 星期六 周六")) for name in names.split()}  # fmt: skip
_NAMED = {"hourly": "0 * * * *", "every hour": "0 * * * *", "每小时": "0 * * * *", "daily": "0 0 * * *", "every day": "0 0 * * *", "每天": "0 0 * * *",
          "every night": "0 2 * * *", "nightly": "0 2 * * *", "weekly": "0 0 * * 0", "every week": "0 0 * * 0", "每周": "0 0 * * 0",
          "monthly": "0 0 1 * *", "every month": "0 0 1 * *", "每月": "0 0 1 * *", "every minute": "* * * * *", "每分钟": "* * * * *",
          "at boot": "@reboot", "on boot": "@reboot", "at startup": "@reboot", "开机时": "@reboot", "every morning": "0 8 * * *",
          "every evening": "0 20 * * *", "every weekday": "0 9 * * 1-5", "on weekdays": "0 9 * * 1-5", "midnight": "0 0 * * *", "at midnight": "0 0 * * *",
          "every day at midnight": "0 0 * * *", "every day at noon": "0 12 * * *", "每天早上": "0 8 * * *", "每天晚上": "0 20 * * *"}  # fmt: skip
_FIELD = r"[\d*/,\-]+"


def entries(text: str) -> list[Row]:
    """The jobs of a crontab with their line numbers."""
    rows: list[Row] = []
    for at, line in enumerate(text.splitlines()):
        said = line.strip()
        match = re.fullmatch(rf"((?:{_FIELD}\s+){{4}}\S+|@\w+)\s+(.+)", said)
        if match and not said.startswith("#"):
            rows.append(
                {"n": len(rows) + 1, "when": " ".join(match[1].split()), "command": match[2], "line": at}
            )
    return rows


def schedule(said: str) -> str:
    """The five fields that a person means: "every day at 7:30", "every 10 minutes", 每天 8 点; NotUnderstood if none."""
    text = re.sub(r"\s+", " ", said.strip().lower())
    if re.fullmatch(rf"(?:{_FIELD} ){{4}}{_FIELD}", text) or re.fullmatch(
        r"@(reboot|hourly|daily|weekly|monthly|yearly)", text
    ):
        return text
    if text in _NAMED:
        return _NAMED[text]
    match = re.fullmatch(r"(?:every|每隔?)\s*(.+?)\s*(minutes?|hours?|分钟|个?小时)", text)
    if match and (n := number(match[1])) and n == int(n):
        if match[2] in ("minute", "minutes", "分钟") and 1 <= n <= 59:
            return f"*/{int(n)} * * * *"
        if match[2] not in ("minute", "minutes", "分钟") and 1 <= n <= 23:
            return f"0 */{int(n)} * * *"
    days, rest = _days(text)
    clock = _clock(rest)
    if clock is None:
        raise NotUnderstood(
            f"'{said}' is not a schedule that I know",
            "say every day at 7:30, every 10 minutes, every monday, or five cron fields",
        )
    return f"{clock[1]} {clock[0]} * * {days}"


def _days(text: str) -> tuple[str, str]:
    for name, n in _DAYS.items():
        match = re.match(rf"(?:every |on |每个?)?{name}s?\b\s*|(?:每个?)?{name}", text)
        if match:
            return str(n), text[match.end() :]
    weekdays = re.match(r"(?:every weekday|on weekdays|weekdays|工作日|每个工作日)\s*", text)
    if weekdays:
        return "1-5", text[weekdays.end() :]
    match = re.match(r"(?:every day|daily|each day|每天|every (?=night|morning|evening))\s*", text)
    return "*", text[match.end() :] if match else text


def _clock(text: str) -> tuple[int, int] | None:
    """Hour and minute; midnight when nothing is said."""
    said = text.strip().removeprefix("at ").strip()
    fixed = {
        "": (0, 0),
        "midnight": (0, 0),
        "noon": (12, 0),
        "morning": (8, 0),
        "evening": (20, 0),
        "night": (2, 0),
        "中午": (12, 0),
        "午夜": (0, 0),
    }
    if said in fixed:
        return fixed[said]
    match = re.fullmatch(
        r"(早上|上午|下午|晚上|凌晨)?\s*(\d{1,2})(?:[:.](\d{2})|\s*点(?:(\d{1,2})分?|(半))?)?\s*(am|pm|a\.m\.|p\.m\.|o'clock)?",
        said,
    )
    if not match:
        return None
    hour, minute = int(match[2]), int(match[3] or match[4] or (30 if match[5] else 0))
    late = match[1] in ("下午", "晚上") or (match[6] or "").startswith("p")
    hour = hour + 12 if late and hour < 12 else 0 if (match[6] or "").startswith("a") and hour == 12 else hour
    return (hour, minute) if hour < 24 and minute < 60 else None
