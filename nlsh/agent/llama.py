"""The door to llama.cpp: the only module that imports its binding.

The binding's package imports numpy and a chat layer (a quarter of a second); only its
ctypes layer is needed here, so the package is entered by the side: its `__init__` is not
run. Logs are silenced at the source. An evaluation of the embedded model takes a few
milliseconds, so Ctrl-C needs no help from here.
"""

import ctypes
import importlib.util
import os
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlsh.errors import NlshError

MAGIC = b"GGUF"
_MAX_TOKEN_BYTES = 256
_log: Any = None  # the callback must live as long as the process


def bindings() -> Any:
    """llama.cpp's functions, silent from the first call on."""
    global _log
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if "llama_cpp" not in sys.modules:
        spec = importlib.util.find_spec("llama_cpp")
        if spec is None:
            raise NlshError("no_llama", "llama-cpp-python is not installed", "pip install nlsh brings it")
        sys.modules["llama_cpp"] = importlib.util.module_from_spec(spec)
    import llama_cpp.llama_cpp as found

    if _log is None:
        _log = found.llama_log_callback(lambda level, text, data: None)
        found.llama_log_set(_log, None)
        found.llama_backend_init()
    return found


def model_parameters(c: Any) -> Any:
    """llama.cpp's defaults for loading a model, without the tiles of AMX.

    Built by GCC 12, llama.cpp's set-up of the tiles is optimised away (the compiler believes that `_tile_loadconfig` reads
    eight bytes of its 64), and the first matrix product ends the process with SIGILL. The build cannot be told apart from a
    right one without risking that, so where AMX is compiled in, weights stay in ordinary memory.
    """
    parameters = c.llama_model_default_params()
    if b"AMX_INT8 = 1" in c.llama_print_system_info():
        parameters.use_extra_bufts = False
    return parameters


class Logits(dict[int, float]):
    """The logits of every token, as a weighted sum of what networks said, worked out for the tokens that are asked for.

    The grammar leaves some hundred tokens to choose from; making numbers of all the others was a fifth of what a profile showed.
    """

    def __init__(self, parts: list[tuple[float, Sequence[float]]]) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, token: int) -> float:
        self[token] = value = sum(weight * values[token] for weight, values in self._parts)
        return value

    def weighted(self, share: float) -> list[tuple[float, Sequence[float]]]:
        """Its parts, each with `share` of its weight."""
        return [(share * weight, values) for weight, values in self._parts]


class Model:
    """A loaded GGUF and one context of it, evaluated on one thread."""

    def __init__(self, path: Path, context: int = 512) -> None:
        self.path = path
        _check_file(path)
        self._c = c = bindings()
        parameters = model_parameters(c)
        parameters.n_gpu_layers = 0
        self._model = c.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise NlshError(
                "model",
                f"{path} cannot be loaded: the file is damaged or not meant for this llama.cpp",
                "nlsh models shows the one in use",
            )
        wanted = c.llama_context_default_params()
        wanted.n_ctx = wanted.n_batch = wanted.n_ubatch = context
        wanted.n_threads = wanted.n_threads_batch = 1
        self._context = c.llama_init_from_model(self._model, wanted)
        if not self._context:
            raise NlshError(
                "model", f"there is not enough memory for {path}", "close something, or use a smaller model"
            )
        self._vocabulary = c.llama_model_get_vocab(self._model)
        self._memory = c.llama_get_memory(self._context)
        self.size = int(c.llama_vocab_n_tokens(self._vocabulary))
        self._held = 0
        self._both_ways = self.metadata("nlsh.reads_both_ways") == "true"

    def close(self) -> None:
        """Give the memory back."""
        self._c.llama_free(self._context)
        self._c.llama_model_free(self._model)

    def metadata(self, key: str) -> str | None:
        """A string or number of the file's metadata."""
        buffer = ctypes.create_string_buffer(4096)
        length = self._c.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None

    def tokenize(self, text: str) -> list[int]:
        """Token ids of plain text; nothing in it is read as a functional token."""
        data = text.encode("utf-8", "surrogateescape")
        room = len(data) + 8
        found = (self._c.llama_token * room)()
        count = self._c.llama_tokenize(self._vocabulary, data, len(data), found, room, False, False)
        return list(found[: max(count, 0)])

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for."""
        buffer = ctypes.create_string_buffer(_MAX_TOKEN_BYTES)
        length = self._c.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, True)
        return buffer.raw[: max(length, 0)]

    def token_text(self, token: int) -> str:
        """The text of a token as the vocabulary spells it."""
        text = self._c.llama_vocab_get_text(self._vocabulary, token)
        return text.decode("utf-8", "replace") if text else ""

    def start(self, tokens: list[int]) -> Logits:
        """Forget everything, read `tokens`, and return the logits of what follows.

        Each token sees those after it as well, where the network was trained so (a prefix language model).
        """
        self._c.llama_memory_clear(self._memory, True)
        self._held = 0
        if not self._both_ways:
            return self.feed(tokens)
        self._c.llama_set_causal_attn(self._context, False)
        try:
            return self.feed(tokens)
        finally:
            self._c.llama_set_causal_attn(self._context, True)

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        self._c.llama_memory_seq_rm(self._memory, 0, length, -1)
        self._held = length

    def feed(self, tokens: list[int]) -> Logits:
        """Read `tokens` after what is held; the logits of what follows."""
        given = (self._c.llama_token * len(tokens))(*tokens)
        code = self._c.llama_decode(self._context, self._c.llama_batch_get_one(given, len(tokens)))
        if code != 0:
            raise NlshError(
                "model", f"the model could not read the sentence (code {code})", "say it in fewer words"
            )
        self._held += len(tokens)
        found = array("f", ctypes.string_at(self._c.llama_get_logits_ith(self._context, -1), 4 * self.size))
        return Logits([(1.0, found)])


class Pair:
    """Two networks of one vocabulary that plan together: their logits are averaged at every step.

    The mean of logits is the geometric mean of what each holds likely, but for a constant: a product of
    experts (Hinton 2002). They err in different places, so the two are right more often than either.
    """

    def __init__(self, first: Model, second: Model, share: float) -> None:
        self._first, self._second, self._share = first, second, share
        self.path, self.size = first.path, first.size
        self.metadata, self.tokenize = first.metadata, first.tokenize
        self.piece, self.token_text = first.piece, first.token_text

    def close(self) -> None:
        """Give the memory of both back."""
        self._first.close()
        self._second.close()

    def start(self, tokens: list[int]) -> Logits:
        """As of one network."""
        return self._mean(self._first.start(tokens), self._second.start(tokens))

    def feed(self, tokens: list[int]) -> Logits:
        """As of one network."""
        return self._mean(self._first.feed(tokens), self._second.feed(tokens))

    def rewind(self, length: int) -> None:
        """As of one network."""
        self._first.rewind(length)
        self._second.rewind(length)

    def _mean(self, one: Logits, other: Logits) -> Logits:
        return Logits(one.weighted(1 - self._share) + other.weighted(self._share))


def load(path: Path, context: int) -> Model | Pair:
    """The network in `path`, with its companion beside it where it names one. NlshError when either cannot be used."""
    first = Model(path, context)
    name = first.metadata("nlsh.companion")
    if not name:
        return first
    try:
        second = Model(path.parent / os.path.basename(name), context)
    except NlshError:
        first.close()
        raise
    some = range(0, first.size, 61)
    if second.size != first.size or any(first.token_text(n) != second.token_text(n) for n in some):
        first.close()
        second.close()
        raise NlshError("model", f"{path} and {name} do not belong together", "reinstall nlsh")
    return Pair(first, second, float(first.metadata("nlsh.companion_share") or 0.5))


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as reader:
            magic = reader.read(4)
    except OSError as error:
        raise NlshError(
            "model", f"there is no model at {path}", "name another with --model, or reinstall nlsh"
        ) from error
    if magic != MAGIC:
        raise NlshError("model", f"{path} is not a GGUF file", "name another with --model, or reinstall nlsh")
