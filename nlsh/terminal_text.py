"""Text as a terminal may be given it: nothing in it acts, and its width is known."""

import unicodedata

_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def harmless(text: str, *, lines: bool = False) -> str:
    """`text` with everything that acts on a terminal made visible; with `lines`, breaks and tabs stay."""
    out = []
    for c in text:
        code = ord(c)
        if lines and c in "\n\t":
            out.append(c)
        elif code < 32 or 0x7F <= code < 0xA0:
            out.append(f"\\x{code:02x}")
        elif code in _BIDI or 0xD800 <= code < 0xE000 or unicodedata.category(c) == "Cc":
            out.append(f"\\u{code:04x}")
        else:
            out.append(c)
    return "".join(out)


def cell_width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text
    )
