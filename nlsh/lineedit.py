"""Reads a line at the prompt: history, suggestions, completion, and what the line would do, while it is typed.

The hint under the line is the model's plan for what stands there now, made on a thread of
its own a moment after the last key; typing never waits for it.
"""

import os
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from nlsh.hints import Hint
from nlsh.terminal_text import harmless

PAUSE_SECONDS = 0.02  # a hint is made when no key has come for so long
MOST_EXAMPLES = 12
_STYLE = Style.from_dict(
    {
        "bottom-toolbar": "noreverse fg:ansibrightblack",
        "path": "underline",
        "where": "fg:ansicyan",
        "what": "fg:ansigreen",
        "filter": "fg:ansimagenta",
        "auto-suggestion": "fg:ansibrightblack",
    }
)


def prompt_text(cwd: str, home: str, level: str = "") -> str:
    """What stands before the cursor: the sandbox's level where it is not the full one, and the folder."""
    mark = f"[{level}] " if level not in ("", "full") else ""
    short = "~" + cwd[len(home) :] if cwd == home or cwd.startswith(home + "/") else cwd
    return f"{mark}{harmless(short)} › "


class LineEditor:
    """One prompt, with its history."""

    def __init__(
        self,
        history: Callable[[], Iterable[str]],
        hint: Callable[[str], Hint],
        ready: Callable[[], None],
        examples: Callable[[], Sequence[str]],
        *,
        vi: bool,
        hints: bool,
    ) -> None:
        # Whether what was read holds lines that a paste brought and nobody looked at one by one.
        self.pasted = False
        self._hint, self._shown, self._asked = hint, Hint(), ""
        self._wake = threading.Event()
        plain = os.environ.get("TERM") == "dumb"
        colours = ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None
        self._session: Any = PromptSession(
            history=_Lines(history), auto_suggest=AutoSuggestFromHistory(), completer=_Words(examples), lexer=_Looks(lambda: self._shown.parts),
            complete_while_typing=False, enable_history_search=True, key_bindings=self._keys(), style=_STYLE, color_depth=colours,
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS, bottom_toolbar=self._toolbar if hints and not plain else None,
        )  # fmt: skip
        self._session.app.after_render += lambda app: ready()
        self._questions: Any = PromptSession()
        if hints and not plain:
            self._session.default_buffer.on_text_changed += lambda buffer: self._changed(buffer.text)
            threading.Thread(target=self._look, daemon=True).start()

    def read(self, prompt: str) -> str:
        """One line; KeyboardInterrupt and EOFError as the keys say."""
        self.pasted, self._shown, self._asked = False, Hint(), ""
        return str(self._session.prompt(prompt))

    def ask(self, question: str, given: str = "") -> str:
        """The answer to a question, `given` standing there to be edited; it does not go into the history."""
        return str(self._questions.prompt(question, default=given))

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("escape", "!")
        def flip(event: KeyPressEvent) -> None:
            """Alt-!: a sentence becomes a command, and a command a sentence."""
            buffer = event.current_buffer
            line = buffer.text.lstrip("!?").lstrip()
            mark = "?" if self._shown.text.startswith("command") else "!"
            buffer.document = Document(mark + line, len(mark + line))

        @keys.add(Keys.BracketedPaste)
        def paste(event: KeyPressEvent) -> None:
            text = event.data.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
            self.pasted = self.pasted or "\n" in text
            event.current_buffer.insert_text(text)

        return keys

    def _toolbar(self) -> str:
        return harmless(self._shown.text)

    def _changed(self, text: str) -> None:
        self._asked = text
        self._wake.set()

    def _look(self) -> None:
        """The thread of hints: waits for a pause, asks, shows."""
        while True:
            self._wake.wait()
            while self._wake.is_set():
                self._wake.clear()
                threading.Event().wait(PAUSE_SECONDS)
            text = self._asked
            said = self._hint(text) if text.strip() else Hint()
            if text == self._asked:
                self._shown = said
                self._session.app.invalidate()


class _Lines(History):
    """What was said in earlier sessions, looked up when the prompt first wants it; what is said in this one."""

    def __init__(self, before: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._before = before

    def load_history_strings(self) -> Iterable[str]:
        """The newest first."""
        return self._before()

    def store_string(self, string: str) -> None:
        """It is in the database with its turn."""


class _Words(Completer):
    """Tab: paths that are there, and sentences that begin like this one."""

    def __init__(self, examples: Callable[[], Sequence[str]]) -> None:
        self._examples = examples
        self._paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Completions of the word before the cursor, then of the whole line."""
        line = document.text_before_cursor
        word = line.rpartition(" ")[2].lstrip("!?\"'")
        if word or line.endswith(" "):
            yield from self._paths.get_completions(Document(word, len(word)), complete_event)
        if len(line) > 2:
            begun = line.lower()
            found = [example for example in self._examples() if example.lower().startswith(begun)]
            for example in found[:MOST_EXAMPLES]:
                yield Completion(example, start_position=-len(line))


class _Looks(Lexer):
    """Underlines the words that name something which is there, and colours those that the hint has understood."""

    def __init__(self, parts: Callable[[], tuple[tuple[str, str], ...]]) -> None:
        self._parts = parts

    def invalidation_hash(self) -> Hashable:
        """A line is looked at again when its hint has come."""
        return self._parts()

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A line's pieces with their styles."""

        def styled(number: int) -> StyleAndTextTuples:
            line = document.lines[number]
            looks = [""] * len(line)
            at = 0
            for word in line.split(" "):
                there = 1 < len(word) < 1000 and os.path.lexists(os.path.expanduser(word.strip("\"'")))
                looks[at : at + len(word)] = ["class:path " if there else ""] * len(word)
                at += len(word) + 1
            for words, part in self._parts():
                at = line.find(words)
                for place in range(at, at + len(words)) if at >= 0 else ():
                    looks[place] += f"class:{part}"
            return list(zip(looks, line, strict=True))

        return styled
