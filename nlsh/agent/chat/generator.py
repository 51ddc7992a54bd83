"""Text from a chat GGUF: the prompt's known beginning is kept, replies keep to a grammar, Ctrl-C ends it at once.

Sampling has two stages: the model's own best token is taken where the grammar lets it stand, and only
where it does not are all tokens put to the grammar, which costs far more.
"""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlsh.agent.chat.templates import Message, prompt
from nlsh.agent.llama import bindings, model_parameters
from nlsh.errors import Interrupted, NlshError
from nlsh.gguf import Header

BATCH_TOKENS = 256
MAX_CONTEXT = 16_384
_PIECE_BYTES = 512


@dataclass(slots=True)
class Spent:
    """What one reply cost."""

    read_tokens: int = 0  # of the prompt, beyond what was kept
    kept_tokens: int = 0
    written_tokens: int = 0
    read_seconds: float = 0.0
    written_seconds: float = 0.0
    grammar_seconds: float = 0.0


def threads() -> int:
    """As many as there are cores that nothing else uses, and no more than help."""
    cores = len(os.sched_getaffinity(0))
    try:
        busy = int(os.getloadavg()[0])
    except OSError:
        busy = 0
    return max(1, min(cores, max(cores - busy, cores // 2), 16))


class Generator:
    """A chat model in this process."""

    def __init__(self, path: Path, header: Header, context: int = 8192, layers_on_gpu: int = -1) -> None:
        self.path, self.header = path, header
        self._c = c = bindings()
        parameters = model_parameters(c)
        parameters.n_gpu_layers = layers_on_gpu if c.llama_supports_gpu_offload() else 0
        self._model = c.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise NlshError(
                "model", f"{path} cannot be loaded: this llama.cpp does not know its kind ({header.architecture or 'none'}), or the file is damaged",
                "nlsh models info says what the file is",
            )  # fmt: skip
        wanted = c.llama_context_default_params()
        self.context = min(context, MAX_CONTEXT, int(c.llama_model_n_ctx_train(self._model)) or context)
        wanted.n_ctx, wanted.n_batch, wanted.n_ubatch = self.context, BATCH_TOKENS, BATCH_TOKENS
        wanted.n_threads = wanted.n_threads_batch = threads()
        self._stop = threading.Event()
        self._abort = c.ggml_abort_callback(lambda _: self._stop.is_set())
        wanted.abort_callback = self._abort
        self._context = c.llama_init_from_model(self._model, wanted)
        if not self._context:
            c.llama_model_free(self._model)
            raise NlshError(
                "model", f"there is not enough memory for {path}", "use a smaller model or context"
            )
        self._vocabulary = c.llama_model_get_vocab(self._model)
        self._memory = c.llama_get_memory(self._context)
        self._control = [
            n
            for n in range(c.llama_vocab_n_tokens(self._vocabulary))
            if self._is_control(n) and not c.llama_vocab_is_eog(self._vocabulary, n)
        ]
        self._greedy = self._chain()
        self._held: list[int] = []
        self.spent = Spent()
        self.notice = ""

    def _is_control(self, token: int) -> bool:
        return bool(self._c.llama_vocab_is_control(self._vocabulary, token))

    def _chain(self, rules: Any = None) -> Any:
        """Takes the best token that is no control token and that the rules, if any, let stand; owns the rules."""
        c = self._c
        whole = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        never = (c.llama_logit_bias * len(self._control))(
            *(c.llama_logit_bias(n, float("-inf")) for n in self._control)
        )
        size = c.llama_vocab_n_tokens(self._vocabulary)
        c.llama_sampler_chain_add(whole, c.llama_sampler_init_logit_bias(size, len(never), never))
        if rules is not None:
            c.llama_sampler_chain_add(whole, rules)
        c.llama_sampler_chain_add(whole, c.llama_sampler_init_greedy())
        return whole

    def close(self) -> None:
        """Give the memory back."""
        self._c.llama_sampler_free(self._greedy)
        self._c.llama_free(self._context)
        self._c.llama_model_free(self._model)

    def reply(
        self, messages: list[Message], grammar: str, live: Callable[[str], None], longest: int = 1024
    ) -> str:
        """What the model says next. Interrupted on Ctrl-C, within the evaluation of a token; the model is usable after."""
        said = [{**message, "content": self._plain(message["content"])} for message in messages]
        text, self.notice = prompt(self._template(), said, bos=self._special("bos"), eos=self._special("eos"))
        tokens = self._tokenize(text, not text.startswith(self._special("bos") or "\0"))
        room = self.context - longest
        if len(tokens) > room:
            raise NlshError(
                "context", f"this conversation is too long for {self.path.name} ({len(tokens)} of {room} tokens)", "begin a new one, or ask for less at once"
            )  # fmt: skip
        with self._interruptible():
            self._read(tokens)
            return self._write(grammar, live, longest)

    def _template(self) -> str | None:
        found = self.header.metadata.get("tokenizer.chat_template")
        return found if isinstance(found, str) else None

    def _special(self, name: str) -> str:
        token = getattr(self._c, f"llama_vocab_{name}")(self._vocabulary)
        return self._piece(token).decode("utf-8", "replace") if token >= 0 else ""

    def _plain(self, content: str) -> str:
        """`content` in which no token of control can be read: text of others must not begin a new message."""
        for _ in range(4):
            found = {token for token in self._tokenize(content) if self._is_control(token)}
            words = [
                word for token in found if len(word := self._piece(token).decode("utf-8", "replace")) > 1
            ]
            if not words:
                return content
            for word in words:
                content = content.replace(word, word[0] + " " + word[1:])
        return content

    def _tokenize(self, text: str, bos_wanted: bool = False) -> list[int]:
        data = text.encode("utf-8", "surrogatepass")
        room = len(data) + 16
        found = (self._c.llama_token * room)()
        add_bos = bos_wanted and bool(self._c.llama_vocab_get_add_bos(self._vocabulary))
        count = self._c.llama_tokenize(self._vocabulary, data, len(data), found, room, add_bos, True)
        return list(found[: max(count, 0)])

    def _piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(_PIECE_BYTES)
        length = self._c.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, True)
        return buffer.raw[: max(length, 0)]

    def _read(self, tokens: list[int]) -> None:
        """Evaluate the prompt beyond what is held of it already."""
        begun, kept = time.perf_counter(), 0
        while kept < min(len(self._held), len(tokens) - 1) and self._held[kept] == tokens[kept]:
            kept += 1
        if not self._c.llama_memory_seq_rm(self._memory, 0, kept, -1):
            self._c.llama_memory_clear(
                self._memory, True
            )  # a recurrent memory cannot go back: read it all again
            kept = 0
        self._held = self._held[:kept]
        for at in range(kept, len(tokens), BATCH_TOKENS):
            self._evaluate(tokens[at : at + BATCH_TOKENS])
        self.spent = Spent(len(tokens) - kept, kept, 0, time.perf_counter() - begun)

    def _evaluate(self, tokens: list[int]) -> None:
        array = (self._c.llama_token * len(tokens))(*tokens)
        code = self._c.llama_decode(self._context, self._c.llama_batch_get_one(array, len(tokens)))
        if self._stop.is_set():
            self._c.llama_memory_clear(self._memory, True)
            self._held = []
            raise Interrupted()
        if code != 0:
            raise NlshError(
                "model", f"{self.path.name} stopped with code {code}", "a smaller context may help"
            )
        self._held += tokens

    def _write(self, grammar: str, live: Callable[[str], None], longest: int) -> str:
        c, begun = self._c, time.perf_counter()
        rules = c.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), b"root")
        if not rules:
            raise NlshError("bug", "the grammar of replies is not one", "")
        whole = self._chain(rules)
        written, shown = b"", 0
        try:
            for _ in range(longest):
                token = c.llama_sampler_sample(self._greedy, self._context, -1)
                checked = time.perf_counter()
                if self._fits(rules, token):
                    c.llama_sampler_accept(rules, token)
                else:
                    token = c.llama_sampler_sample(whole, self._context, -1)
                self.spent.grammar_seconds += time.perf_counter() - checked
                if c.llama_vocab_is_eog(self._vocabulary, token):
                    break
                written += self._piece(token)
                self.spent.written_tokens += 1
                text = written.decode("utf-8", "ignore")
                live(text[shown:])
                shown = len(text)
                self._evaluate([token])
        finally:
            c.llama_sampler_free(whole)
            self.spent.written_seconds = time.perf_counter() - begun
        return written.decode("utf-8", "replace")

    def _fits(self, rules: Any, token: int) -> bool:
        """Whether the grammar lets this one token stand."""
        one = (self._c.llama_token_data * 1)(self._c.llama_token_data(token, 1.0, 0.0))
        array = self._c.llama_token_data_array(one, 1, -1, False)
        self._c.llama_sampler_apply(rules, ctypes.byref(array))
        return bool(one[0].logit != float("-inf"))

    def _interruptible(self) -> "_Interruptible":
        self._stop.clear()
        return _Interruptible(self._stop)


class _Interruptible:
    """While llama.cpp computes, Python sees no signal: Ctrl-C sets a flag that its abort callback reads."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._before: Any = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, lambda *_: self._stop.set())

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
