"""Carries what a trained model knows over to a larger set of tools, so that training need not begin from nothing.

New tools bring new functional tokens, and a corpus that has grown brings other merges. A
token that both vocabularies have keeps its embedding; a new word begins as the mean of
the old tokens that spelt it; a new functional token begins near the mean of all functional ones.

    python models/grow.py [--gguf models/nlsh.gguf] [--hidden 1024] [--layers 8]

writes models/build/model.pt, from where train.py goes on. A wider or deeper network begins as the
very same function: its new hidden units and layers do not reach the output yet.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import gguf
import numpy as np
import torch
from network import Network, Shape
from tokenizer import BUILD, VOCABULARY, ids, load

PARTS = {
    "attn_norm": "norm1", "ffn_norm": "norm2", "attn_q": "attention.q", "attn_k": "attention.k", "attn_v": "attention.v",
    "attn_output": "attention.o", "ffn_gate": "gate", "ffn_up": "up", "ffn_down": "down",
}  # fmt: skip


def read(path: Path) -> tuple[dict[str, np.ndarray], list[str], int]:
    """Weights by their names in GGUF, every token's text, and the first functional token."""
    reader = gguf.GGUFReader(path)
    weights = {}
    for tensor in reader.tensors:
        data = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        weights[tensor.name] = np.array(data, dtype=np.float32)
    tokens = [str(text) for text in reader.fields["tokenizer.ggml.tokens"].contents()]
    return weights, tokens, int(reader.fields["nlsh.first_token"].contents())


def grown_embedding(old: np.ndarray, tokens: list[str], first: int) -> np.ndarray:
    """The embedding of the new vocabulary, (tokens, width)."""
    known = {text: row for row, text in enumerate(tokens)}
    tokenizer = load()
    special = ids(tokenizer)
    new = np.zeros((VOCABULARY, old.shape[1]), dtype=np.float32)
    random = np.random.default_rng(3)
    middle, spread = old[first:].mean(axis=0), old[first:].std(axis=0)
    vocabulary = tokenizer.get_vocab()
    for text, row in vocabulary.items():
        new[row] = old[known[text]] if text in known else _spelt(text, old, known)
    for text, row in special.items():
        new[row] = (
            old[known[text]] if text in known else middle + 0.5 * spread * random.standard_normal(len(middle))
        )
    kept = sum(text in known for text in (*vocabulary, *special))
    print(f"{kept} of {VOCABULARY} tokens keep their embedding")
    return new


def _spelt(text: str, old: np.ndarray, known: dict[str, int]) -> np.ndarray:
    """The mean over the longest old tokens that `text` is made of, from the left."""
    rows, at = [], 0
    while at < len(text):
        end = next(end for end in range(len(text), at, -1) if text[at:end] in known)
        rows.append(known[text[at:end]])
        at = end
    return old[rows].mean(axis=0)


def widened(matrix: torch.Tensor, part: str, hidden: int) -> torch.Tensor:
    """A feed-forward matrix with `hidden` units, the new ones drawn as the old ones are spread, and silent."""
    if part == "down":
        return torch.nn.functional.pad(matrix, (0, hidden - matrix.shape[1]))
    new = torch.randn(hidden - matrix.shape[0], matrix.shape[1]) * matrix.std()
    return torch.cat([matrix, new])


def new_layers(shape: Shape, have: int) -> dict[str, torch.Tensor]:
    """The weights of the layers after the first `have`, drawn as of a new network; what they add is nothing yet."""
    drawn = Network(shape).state_dict()
    names = [
        name for layer in range(have, shape.layers) for name in drawn if name.startswith(f"blocks.{layer}.")
    ]
    silent = ("attention.o.weight", "down.weight")
    return {name: torch.zeros_like(drawn[name]) if name.endswith(silent) else drawn[name] for name in names}


def main() -> None:
    """Read a model, write the checkpoint of a larger one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gguf", type=Path, default=HERE / "nlsh.gguf")
    parser.add_argument(
        "--hidden", type=int, default=0, help="units of the feed-forward layers; as many as before by default"
    )
    parser.add_argument("--layers", type=int, default=0, help="layers; as many as before by default")
    parser.add_argument("--checkpoint", type=Path, default=BUILD / "model.pt")
    options = parser.parse_args()
    torch.manual_seed(3)
    weights, tokens, first = read(options.gguf)
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blk."))
    width, before = weights["blk.0.attn_q.weight"].shape[0], weights["blk.0.ffn_gate.weight"].shape[0]
    hidden, deep = max(options.hidden, before), max(options.layers, layers)
    shape = Shape(vocabulary=VOCABULARY, width=width, layers=deep, heads=width // 64, hidden=hidden)
    network = new_layers(shape, layers) | {
        "embedding.weight": torch.tensor(grown_embedding(weights["token_embd.weight"], tokens, first)),
        "norm.weight": torch.tensor(weights["output_norm.weight"]),
    }
    for layer in range(layers):
        for theirs, ours in PARTS.items():
            matrix = torch.tensor(weights[f"blk.{layer}.{theirs}.weight"])
            wide = hidden > before and ours in ("gate", "up", "down")
            network[f"blocks.{layer}.{ours}.weight"] = widened(matrix, ours, hidden) if wide else matrix
    torch.save({"network": network, "seconds": 0.0, "step": 0, "shape": vars(shape)}, options.checkpoint)


if __name__ == "__main__":
    main()
