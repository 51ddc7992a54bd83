"""Sizes of files and memory: the words for them, and how they are shown.

MB means 1024² here, as people and file managers mean it when they say it.
"""

import re

from nlsh.values.numbers import number

_FACTORS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4, "p": 1024**5}
_UNIT_WORDS = {
    "b": "b byte bytes 字节 比特",
    "k": "k kb kib kilo kilos kilobyte kilobytes kbyte kbytes 千字节",
    "m": "m mb mib meg megs mega megabyte megabytes mbyte mbytes 兆 兆字节",
    "g": "g gb gib gig gigs giga gigabyte gigabytes gbyte gbytes 吉 吉字节 千兆",
    "t": "t tb tib tera terabyte terabytes 太字节",
    "p": "p pb pib petabyte petabytes",
}
_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_SPLIT = re.compile(
    r"^(?P<number>.*?)[\s-]*(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")\.?$"
)


def parse_size(text: object) -> int:
    """Bytes that `text` says ("100 MB", "a gig and a half", "一百兆"); ValueError if none."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    said = str(text).strip().lower()
    said = re.sub(r"^(about|around|roughly|over|under|than|大约|约)\s*", "", said)
    extra = 0.0
    if match := re.fullmatch(r"(.+?)\s+and\s+a\s+(half|quarter)", said):
        said, extra = match[1], 0.5 if match[2] == "half" else 0.25
    if said.endswith("半") and len(said) > 1:
        said, extra = said[:-1], 0.5
    plain = number(said)
    if plain is not None and not re.search(r"[km]$", said):
        return int(plain)
    match = _SPLIT.match(said)
    if not match:
        raise ValueError(f"'{text}' is not a size that I can read (try 100 MB or 2 GB)")
    amount = 1.0 if not match["number"].strip() else number(match["number"])
    if amount is None:
        raise ValueError(f"'{text}' is not a size that I can read (try 100 MB or 2 GB)")
    return int((amount + extra) * _FACTORS[_UNITS[match["unit"]]])


def show_size(size_bytes: float) -> str:
    """A size for people: "3.0 GiB", "812 KiB", "17 bytes"."""
    if abs(size_bytes) < 1024:
        return f"{int(size_bytes)} byte{'' if int(size_bytes) == 1 else 's'}"
    value = float(size_bytes)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        value /= 1024
        if abs(value) < 1024 or unit == "PiB":
            break
    return f"{value:.0f} {unit}" if abs(value) >= 100 else f"{value:.1f} {unit}"
