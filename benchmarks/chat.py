"""What a larger model costs here: a file of Qwen2.5-0.5B's shape with random weights in Q8_0, driven as nlsh drives it.

    python benchmarks/chat.py [--tokens 64]

Speed depends on the shape and not on what the weights mean, so random ones tell the time that a user would wait. Reads the first
words (all core tools), answers, reads a second turn after it, and is interrupted at a random moment ten times.
The vocabulary has as many tokens as the real one, but only bytes are ever read: a real one reads a third as many tokens.
"""

import argparse
import os
import random
import signal
import statistics
import struct
import sys
import tempfile
import threading
import time
from math import prod
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nlsh.agent.chat import wording
from nlsh.agent.chat.generator import Generator
from nlsh.errors import Interrupted
from nlsh.gguf import header
from tests.tiny_models import CHATML, _text, _value, byte_letters

WIDTH, HIDDEN, LAYERS, HEADS, HEADS_KV, SIZE = 896, 4864, 24, 14, 2, 151_936


def shape_file(path: Path) -> None:
    """The file: every matrix in Q8_0 from one drawn mebibyte over and over."""
    letters, special = byte_letters(), ["<|im_end|>", "<|im_start|>"]
    filler = [f"{letters[116]}{n}" for n in range(SIZE - 256 - len(special))]
    tokens = [*letters, *filler, *special]
    own = {"context_length": 32768, "embedding_length": WIDTH, "block_count": LAYERS, "feed_forward_length": HIDDEN, "attention.head_count": HEADS,
           "attention.head_count_kv": HEADS_KV, "attention.layer_norm_rms_epsilon": 1e-6, "rope.freq_base": 1e6}  # fmt: skip
    metadata = {
        "general.architecture": "qwen2", "general.name": "random 0.5B", **{f"qwen2.{k}": v for k, v in own.items()}, "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": [1] * (SIZE - 2) + [3, 3],
        "tokenizer.ggml.merges": [f"{letters[116]} {letters[104]}"], "tokenizer.ggml.eos_token_id": SIZE - 2, "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": CHATML,
    }  # fmt: skip
    narrow = WIDTH // HEADS * HEADS_KV
    tensors: dict[str, tuple[int, ...]] = {"token_embd.weight": (WIDTH, SIZE), "output_norm.weight": (WIDTH,)}
    for n in range(LAYERS):
        each = {"attn_norm": (WIDTH,), "ffn_norm": (WIDTH,), "attn_q": (WIDTH, WIDTH), "attn_k": (WIDTH, narrow), "attn_v": (WIDTH, narrow),
                "attn_output": (WIDTH, WIDTH), "ffn_gate": (WIDTH, HIDDEN), "ffn_up": (WIDTH, HIDDEN), "ffn_down": (HIDDEN, WIDTH)}  # fmt: skip
        tensors |= {f"blk.{n}.{name}.weight": shape for name, shape in each.items()}
        tensors |= {f"blk.{n}.attn_{name}.bias": (WIDTH if name == "q" else narrow,) for name in "qkv"}
    drawn = random.Random(1)
    blocks = b"".join(struct.pack("<e", 0.0005) + drawn.randbytes(32) for _ in range(30_000))
    head = (
        b"GGUF"
        + struct.pack("<IQQ", 3, len(tensors), len(metadata))
        + b"".join(_text(k) + _value(v) for k, v in metadata.items())
    )
    offset, bodies = 0, []
    for name, shape in tensors.items():
        matrix, count = len(shape) == 2, prod(shape)
        length = count // 32 * 34 if matrix else 4 * count
        head += (
            _text(name)
            + struct.pack("<I", len(shape))
            + struct.pack(f"<{len(shape)}Q", *shape)
            + struct.pack("<IQ", 8 if matrix else 0, offset)
        )
        bodies.append((matrix, length, 1.0 if "norm" in name else 0.0))
        offset += length + -length % 32
    with path.open("wb") as file:
        file.write(head + b"\0" * (-len(head) % 32))
        for matrix, length, middle in bodies:
            body = (
                (blocks * (length // len(blocks) + 1))[:length]
                if matrix
                else struct.pack("<f", middle) * (length // 4)
            )
            file.write(body + b"\0" * (-length % 32))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=64)
    count = parser.parse_args().tokens
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random-0.5b.gguf"
        shape_file(path)
        begun = time.perf_counter()
        head = header(path)
        looked = time.perf_counter() - begun
        begun = time.perf_counter()
        generator = Generator(path, head)
        print(
            f"{head.size >> 20} MiB, {head.parameters / 1e6:.0f} M parameters; header {1000 * looked:.0f} ms, load {time.perf_counter() - begun:.2f} s"
        )
        tools = wording.offered("the largest files here")
        messages = [{"role": "system", "content": wording.system()}]
        first = 0.0
        for sentence in ("the largest files here", "and the smallest ones"):
            messages.append({"role": "user", "content": wording.asked(sentence, "/home/user", wording.CORE)})
            text = generator.reply(messages, wording.grammar(tools), lambda piece: None, longest=count)
            messages.append(
                {"role": "assistant", "content": '{"answer": "movie.mkv and notes.iso"}' if text else ""}
            )
            spent = generator.spent
            first = first or spent.read_seconds
            print(
                f"{sentence}: read {spent.read_tokens} tokens beside {spent.kept_tokens} kept in {spent.read_seconds:.2f} s ({spent.read_seconds / first:.1%} of the first); "
                f"wrote {spent.written_tokens} at {spent.written_tokens / spent.written_seconds:.1f} a second, "
                f"grammar {spent.grammar_seconds / spent.written_seconds:.1%}"
            )
        late = sorted(interrupted(generator, messages) for _ in range(10))
        print(f"Ctrl-C: median {1000 * statistics.median(late):.0f} ms, latest {1000 * late[-1]:.0f} ms")


def interrupted(generator: Generator, messages: list[dict[str, str]]) -> float:
    """Seconds from Ctrl-C to the end of a reply, at a random moment of reading or writing."""
    sent = [0.0]

    def strike() -> None:
        sent[0] = time.perf_counter()
        os.kill(os.getpid(), signal.SIGINT)

    generator._held = []  # it begins anew, so that reading is interrupted as well
    threading.Timer(random.uniform(0.05, 4.0), strike).start()
    try:
        while True:
            generator.reply(messages, wording.grammar(wording.CORE), lambda piece: None, longest=200)
    except Interrupted:
        return time.perf_counter() - sent[0]


if __name__ == "__main__":
    main()
