"""A chat GGUF in this process as a speaker: the file is looked at in a confined child before llama.cpp opens it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nlsh.agent.chat import wording
from nlsh.agent.chat.templates import Message
from nlsh.gguf import Header


class LocalSpeaker:
    """Loads on the first reply."""

    def __init__(
        self, path: Path, header: Header, context: int, notice: Callable[[str], None] = lambda line: None
    ) -> None:
        self.path, self.header, self.name = path, header, path.name
        self._context, self._notice = context, notice
        self._generator: Any = None
        self._noticed = ""

    def reply(self, messages: list[Message], tools: Sequence[str], live: Callable[[str], None]) -> str:
        """What the model says next."""
        from nlsh.agent.chat.generator import Generator

        if self._generator is None:
            self._generator = Generator(self.path, self.header, self._context)
        text = str(self._generator.reply(messages, wording.grammar(tools), live))
        if self._generator.notice != self._noticed:
            self._noticed = self._generator.notice
            self._notice(f"{self.name}: {self._noticed}")
        return text

    def close(self) -> None:
        """Give the memory back."""
        if self._generator is not None:
            self._generator.close()
            self._generator = None
