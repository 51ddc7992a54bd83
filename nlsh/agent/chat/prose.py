"""The words of an answer while it is still being written: what a person may read of `{"answer": "…` so far."""

import json
import re
from collections.abc import Callable

_BEGIN = re.compile(r'\s*\{\s*"answer"\s*:\s*"')
# Whole characters of a JSON string (RFC 8259, section 7); half an escape or half a surrogate pair waits for its rest.
_WHOLE = re.compile(
    r'(?:[^"\\]|\\["\\/bfnrt]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u(?![dD][89abAB])[0-9a-fA-F]{4})*'
)


class Prose:
    """Takes a reply piece by piece and shows what of it is an answer's text; of a reply of another kind, nothing."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._text = ""
        self._at = -1  # where what has not been shown begins; -1 before the answer's text does
        self.said = ""

    def again(self) -> None:
        """A reply begins; what was shown of one before it, which was none, ends its line."""
        if self.said:
            self._show("\n")
        self._text, self._at, self.said = "", -1, ""

    def feed(self, piece: str) -> None:
        """The next piece."""
        self._text += piece
        if self._at < 0:
            begin = _BEGIN.match(self._text)
            if begin is None:
                return
            self._at = begin.end()
        found = _WHOLE.match(self._text, self._at)
        if found is not None and found[0]:
            self._at = found.end()
            text = json.loads(f'"{found[0]}"', strict=False)
            self.said += text
            self._show(text)

    def was(self, answer: str) -> bool:
        """Whether all of `answer` has been shown. What was shown of a reply that broke off ends its line."""
        whole = bool(self.said) and self.said.strip() == answer
        if self.said and not whole:
            self._show("\n")
        return whole
