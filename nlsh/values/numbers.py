"""Numbers as people write and say them, in digits, English and Chinese.

Sizes, counts and durations all begin with one of these, so they share it.
"""

import re

_UNITS = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    w: 10 * (i + 2) for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_LOOSE = {
    "a": 1, "an": 1, "single": 1, "couple": 2, "pair": 2, "few": 3, "several": 5,
    "half": 0.5, "quarter": 0.25, "dozen": 12,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_ORDINALS = {
    w: i + 1
    for i, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
    )
}
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}


def number(text: str) -> float | None:
    """The number that `text` as a whole says, or None.

    "2.5", "1,000", "twenty five", "a couple of", "one and a half", "一百二十", "半", "10k".
    """
    said = text.strip().lower().replace("–", "-")
    if not said:
        return None
    digits = _digits(said)
    if digits is not None:
        return digits
    if all(c in _HAN or c in _HAN_SCALES or c in "半个多" for c in said):
        return _han(said)
    return _english(said)


def ordinal(text: str) -> int | None:
    """The position that `text` names ("third", "3rd", "第三个", "last" is -1), or None."""
    said = text.strip().lower()
    said = re.sub(r"^the\s+|\s+(one|ones|item|entry|line|row)$", "", said)
    if said in ("last", "final", "最后", "最后一个"):
        return -1
    if said in _ORDINALS:
        return _ORDINALS[said]
    if match := re.fullmatch(r"(\d+)(st|nd|rd|th)?|#(\d+)", said):
        return int(match[1] or match[3])
    if match := re.fullmatch(r"第?(.+?)(个|条|行|项|份)?", said):
        value = number(match[1])
        return int(value) if value and value == int(value) else None
    return None


def ordinals(text: str) -> tuple[int, ...] | None:
    """The positions that `text` names, each once, as they were said, or None.

    "3 and 5", "1, 2 and 4", "2-4", "the second and the last", "第三和第五个", "2到4".
    """
    found: list[int] = []
    for part in re.split(
        r"\s*(?:,\s*(?:and\s)?|&|、|，|和|跟|与)\s*|\s+(?:and|plus)\s+", text.strip().lower()
    ):
        ends = [
            ordinal(end) for end in re.split(r"\s*(?:-|–|到|至)\s*|\s+(?:to|through|till|until)\s+", part)
        ]
        if len(ends) > 2 or any(end is None for end in ends):
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        if len(ends) == 2 and not 0 < first < last < first + 1000:
            return None
        found += range(first, last + 1)
    return tuple(dict.fromkeys(found)) if all(found) else None


def _digits(said: str) -> float | None:
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", said):
        said = said.replace(",", "")
    if len(said) < 40 and (match := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(k)?", said)):
        return float(match[1]) * (1000 if match[2] else 1)
    return None


def _english(said: str) -> float | None:
    words = [w for w in re.split(r"[\s-]+", said) if w not in ("of", "the")]
    if not words:
        return None
    if "and" in words:
        # "one and a half", "a hundred and five"
        at = words.index("and")
        left, right = _english(" ".join(words[:at])), _english(" ".join(words[at + 1 :]))
        return None if left is None or right is None else left + right
    total = 0.0
    current: float | None = None
    for word in words:
        if word in _SCALES:
            current = (1 if current is None else current) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, None
            continue
        value = _UNITS.get(word, _TENS.get(word, _LOOSE.get(word)))
        if value is None:
            parsed = _digits(word)
            if parsed is None:
                return None
            value = parsed
        if word in ("a", "an") and current not in (None, 0.5, 0.25):
            return None
        if word in ("couple", "dozen", "half", "quarter", "few", "pair") and current is not None:
            current *= value  # "a couple", "two dozen", "a quarter"
        elif word in ("a", "an") and current is not None:
            continue  # "half a gig"
        else:
            current = value if current is None else current + value
    return total + (current or 0)


def _han(said: str) -> float | None:
    said = said.replace("个", "").replace("多", "")
    half = 0.0
    if said == "半":
        return 0.5
    if said.endswith("半"):
        said, half = said[:-1], 0.5
    if not said:
        return None
    if all(c in _HAN for c in said) and len(said) > 1:
        return int("".join(str(_HAN[c]) for c in said)) + half  # 二〇二四
    total, current = 0.0, 0.0
    for char in said:
        if char in _HAN:
            current = _HAN[char]
        elif char == "万":
            total, current = (total + current) * 10_000, 0
        elif char in _HAN_SCALES:
            total, current = total + (current or 1) * _HAN_SCALES[char], 0
        else:
            return None
    return total + current + half
