"""Messages in Chinese for who asked in Chinese: a table from the English that the code says.

The code says each message once, in English, as gettext's msgids are; messages_zh.txt holds
the translations, with {names} for what varies. What is not in it stays English.
"""

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"\\\{(\w+)\\\}")


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for line in (Path(__file__).parent / "messages_zh.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            english, _, chinese = line.partition(" => ")
            pattern = _NAME.sub(r"(?P<\1>.+?)", re.escape(english)).replace(r"\(s\)", "s?")
            found.append((re.compile(pattern, re.DOTALL), chinese))
    return tuple(found)


def in_language(text: str, language: str) -> str:
    """`text` in the language of the question, where there is a translation."""
    if language != "zh" or not text:
        return text
    for pattern, chinese in _table():
        match = pattern.fullmatch(text)
        if match:
            return chinese.format(
                **{name: in_language(value, language) for name, value in match.groupdict().items()}
            )
    parts = text.split("; ")
    return "；".join(in_language(part, language) for part in parts) if len(parts) > 1 else text
