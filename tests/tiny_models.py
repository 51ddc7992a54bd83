"""Chat models of a few kilobytes with random weights, in the shapes of real families: enough to run every path through llama.cpp.

The vocabulary is the 256 bytes, one merge, and the family's special tokens. Format: GGUF version 3 (ggml, docs/gguf.md).
"""

import random
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WIDTH, HIDDEN, LAYERS, HEADS, HEADS_KV, CONTEXT = 32, 64, 2, 4, 2, 8192

CHATML = (
    "{%- for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{%- endif %}"
)
# Written here in each family's own syntax: special tokens, roles and what the template refuses.
TEMPLATES = {
    "qwen": CHATML,
    "hermes": "{{ bos_token }}" + CHATML,
    "llama3": (
        "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content | trim }}<|eot_id|>{% endfor %}"
        "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
    ),
    "mistral": (
        "{{ bos_token }}{% set ns = namespace(system='') %}{% for m in messages %}{% if m['role'] == 'system' %}{% set ns.system = m['content'] + '\n\n' %}"
        "{% elif m['role'] == 'user' %}[INST] {{ ns.system }}{{ m['content'] }}[/INST]{% set ns.system = '' %}{% else %} {{ m['content'] }}</s>{% endif %}{% endfor %}"
    ),
    "gemma": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}"
        "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
        "<start_of_turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n{{ m['content'] | trim }}<end_of_turn>\n{% endfor %}"
        "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
    ),
    "granite": (
        "{% for m in messages %}<|start_of_role|>{{ m['role'] }}<|end_of_role|>{{ m['content'] }}<|end_of_text|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|start_of_role|>assistant<|end_of_role|>{% endif %}"
    ),
    "phi": (
        "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}<|end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>\n{% else %}{{ eos_token }}{% endif %}"
    ),
}  # fmt: skip
# architecture, special tokens with the one that ends a turn first
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "qwen": ("qwen2", ("<|im_end|>", "<|im_start|>", "<|endoftext|>")),
    "hermes": ("llama", ("<|im_end|>", "<|im_start|>", "<s>")),
    "llama3": ("llama", ("<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|begin_of_text|>")),
    "mistral": ("llama", ("</s>", "[INST]", "[/INST]", "<s>")),
    "gemma": ("gemma", ("<end_of_turn>", "<start_of_turn>", "<bos>")),
    "granite": ("granite", ("<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>")),
    "phi": ("phi3", ("<|end|>", "<|user|>", "<|assistant|>", "<|system|>")),
}


def byte_letters() -> list[str]:
    """The letter that stands for each byte in byte-level BPE (GPT-2's table)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(other)) for byte in range(256)]


def tiny(
    path: Path,
    family: str,
    seed: int = 0,
    *,
    width: int = WIDTH,
    layers: int = LAYERS,
    context: int = CONTEXT,
) -> Path:
    """A model of `family` at `path`."""
    arch, special = FAMILIES[family]
    letters = byte_letters()
    tokens = [*letters, letters[116] + letters[104], *special]
    size = len(tokens)
    first = size - len(special)
    metadata: dict[str, Any] = {
        "general.architecture": arch, "general.name": f"tiny {family}", f"{arch}.context_length": context, f"{arch}.embedding_length": width,
        f"{arch}.block_count": layers, f"{arch}.feed_forward_length": HIDDEN, f"{arch}.attention.head_count": HEADS,
        f"{arch}.attention.head_count_kv": HEADS_KV, f"{arch}.attention.layer_norm_rms_epsilon": 1e-5, f"{arch}.rope.dimension_count": width // HEADS,
        f"{arch}.attention.key_length": width // HEADS, f"{arch}.attention.value_length": width // HEADS, "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": [1] * (size - len(special)) + [3] * len(special),
        "tokenizer.ggml.merges": [f"{letters[116]} {letters[104]}"], "tokenizer.ggml.eos_token_id": first,
        "tokenizer.ggml.bos_token_id": size - 1, "tokenizer.ggml.add_bos_token": False, "tokenizer.chat_template": TEMPLATES[family],
    }  # fmt: skip
    if arch == "granite":
        metadata |= {
            f"granite.{name}": 1.0
            for name in ("embedding_scale", "residual_scale", "logit_scale", "attention.scale")
        }
    return write(path, metadata, shapes(arch, size, width, layers), seed)


def shapes(arch: str, size: int, width: int, layers: int) -> dict[str, tuple[int, ...]]:
    """Every tensor of the architecture with its dimensions, the innermost first."""
    narrow = width // HEADS * HEADS_KV
    found: dict[str, tuple[int, ...]] = {"token_embd.weight": (width, size), "output_norm.weight": (width,)}
    if arch != "gemma":
        found["output.weight"] = (width, size)
    for n in range(layers):
        own: dict[str, tuple[int, ...]] = {
            "attn_norm": (width,),
            "ffn_norm": (width,),
            "attn_output": (width, width),
            "ffn_down": (HIDDEN, width),
        }
        if arch == "phi3":
            own |= {"attn_qkv": (width, width + 2 * narrow), "ffn_up": (width, 2 * HIDDEN)}
        else:
            own |= {
                "attn_q": (width, width),
                "attn_k": (width, narrow),
                "attn_v": (width, narrow),
                "ffn_gate": (width, HIDDEN),
                "ffn_up": (width, HIDDEN),
            }
        found |= {f"blk.{n}.{name}.weight": shape for name, shape in own.items()}
        if arch == "qwen2":
            found |= {f"blk.{n}.attn_{name}.bias": (width if name == "q" else narrow,) for name in "qkv"}
    return found


def write(path: Path, metadata: dict[str, Any], tensors: dict[str, tuple[int, ...]], seed: int) -> Path:
    """A GGUF file with random weights in F32."""
    drawn = random.Random(seed)
    out = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
    for key, value in metadata.items():
        out += _text(key) + _value(value)
    offset, data = 0, bytearray()
    for name, shape in tensors.items():
        count = 1
        for length in shape:
            count *= length
        out += (
            _text(name)
            + struct.pack("<I", len(shape))
            + struct.pack(f"<{len(shape)}Q", *shape)
            + struct.pack("<IQ", 0, offset)
        )
        spread = 0.0 if len(shape) == 1 else 0.5
        middle = 1.0 if "norm" in name else 0.0
        data += struct.pack(f"<{count}f", *(middle + drawn.gauss(0, spread) for _ in range(count)))
        data += b"\0" * (-len(data) % 32)
        offset = len(data)
    out += b"\0" * (-len(out) % 32)
    path.write_bytes(bytes(out) + bytes(data))
    return path


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    return _list(value)


def _list(values: Sequence[Any]) -> bytes:
    if isinstance(values[0], str):
        return struct.pack("<IIQ", 9, 8, len(values)) + b"".join(_text(value) for value in values)
    return struct.pack("<IIQ", 9, 5, len(values)) + struct.pack(f"<{len(values)}i", *values)
