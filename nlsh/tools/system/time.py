"""The date and time, here or elsewhere."""

import os
from datetime import datetime
from importlib.util import find_spec
from zoneinfo import ZoneInfo, available_timezones

from nlsh.arguments import Args, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

_PLACES = {
    "china": "Asia/Shanghai", "beijing": "Asia/Shanghai", "北京": "Asia/Shanghai", "上海": "Asia/Shanghai", "中国": "Asia/Shanghai", "japan": "Asia/Tokyo",
    "东京": "Asia/Tokyo", "日本": "Asia/Tokyo", "伦敦": "Europe/London", "纽约": "America/New_York", "巴黎": "Europe/Paris", "柏林": "Europe/Berlin",
    "germany": "Europe/Berlin", "france": "Europe/Paris", "uk": "Europe/London", "england": "Europe/London", "spain": "Europe/Madrid", "italy": "Europe/Rome",
    "india": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "san francisco": "America/Los_Angeles",
    "california": "America/Los_Angeles", "seattle": "America/Los_Angeles", "la": "America/Los_Angeles", "boston": "America/New_York", "nyc": "America/New_York",
    "washington": "America/New_York", "texas": "America/Chicago", "悉尼": "Australia/Sydney", "新加坡": "Asia/Singapore", "korea": "Asia/Seoul", "首尔": "Asia/Seoul",
    "utc": "UTC", "gmt": "UTC", "莫斯科": "Europe/Moscow", "洛杉矶": "America/Los_Angeles", "香港": "Asia/Hong_Kong", "台北": "Asia/Taipei",
}  # fmt: skip


class Time(Args):
    """Where; here when left out."""

    place: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the table of time zones: the system's own may always be read, that of the tzdata package is granted."""
    if asked.args.place is None:
        return Effects()
    spec = find_spec("tzdata")
    return Effects(reads=tuple(map(os.path.realpath, spec.submodule_search_locations or ())) if spec else ())


def run(work: Work) -> Result:
    """The time with its zone."""
    zone = _zone(work.args.place) if work.args.place else None
    now = datetime.fromtimestamp(work.scene.now).astimezone(zone)
    row = {
        "date": now.strftime("%Y-%m-%d"),
        "time": now.strftime("%H:%M:%S"),
        "weekday": now.strftime("%A"),
        "zone": now.strftime("%Z %z"),
    }
    return Result("records", [row], text=now.strftime("%A, %d %B %Y, %H:%M:%S %Z"))


def _zone(place: str) -> ZoneInfo:
    """The zone of a city, country or zone name of the tz database; NotUnderstood when it knows none."""
    wanted = place.strip().lower().removeprefix("the ")
    if wanted in _PLACES:
        return ZoneInfo(_PLACES[wanted])
    plain = wanted.replace(" ", "_")
    for name in sorted(available_timezones(), key=len):
        if plain in (name.lower(), name.lower().rpartition("/")[2]):
            return ZoneInfo(name)
    raise NotUnderstood(
        f"I do not know what time zone {place} is in",
        "say a large city of it, or a zone such as Europe/Berlin",
    )


TOOL = Tool(
    summary="date and time, here or elsewhere",
    args=Time,
    effects=effects,
    run=run,
    gives="records",
    examples=("what time is it", "what day is today", "date", "what time is it in Tokyo", "现在几点"),
)
