"""The network: a small llama-architecture decoder in plain PyTorch.

RMS norm, rotary positions (interleaved pairs, as llama.cpp reads them, so no weight is
permuted on export), SwiGLU, tied embeddings. Touvron et al. 2023, arXiv:2302.13971.

What was said is read in both directions, and the plan is written from left to right: a prefix
language model (Raffel et al. 2020, arXiv:1910.10683, section 3.2.1). A word is then understood by
what follows it as well: in `write "hello" into notes.txt` only the end tells what "hello" is.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes of the network."""

    vocabulary: int = 5126
    width: int = 256
    layers: int = 6
    heads: int = 4
    hidden: int = 704
    context: int = 512


class Attention(nn.Module):
    """Self-attention with rotary positions, over what a mask lets be seen."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, shape.width, bias=False)
        self.v = nn.Linear(shape.width, shape.width, bias=False)
        self.o = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, seen: Tensor) -> Tensor:
        """(batch, time, width) → the same; `seen` is (batch, 1, time, time)."""
        b, t, w = x.shape
        q, k, v = (
            f(x).view(b, t, self.heads, w // self.heads).transpose(1, 2) for f in (self.q, self.k, self.v)
        )
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        # spelt out: on a processor, torch's own attention with a mask takes three times as long to go back through
        scores = (q @ k.transpose(-1, -2)) * (w // self.heads) ** -0.5
        y = scores.masked_fill(~seen, -1e4).softmax(-1).to(v.dtype) @ v
        return self.o(y.transpose(1, 2).reshape(b, t, w))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding of interleaved pairs; `x` is (batch, heads, time, size)."""
    turn = torch.complex(cos, sin)
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turn).flatten(-2).to(x.dtype)


class Block(nn.Module):
    """One layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm1 = nn.RMSNorm(shape.width, eps=1e-5)
        self.attention = Attention(shape)
        self.norm2 = nn.RMSNorm(shape.width, eps=1e-5)
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, seen: Tensor) -> Tensor:
        """(batch, time, width) → the same."""
        x = x + self.attention(self.norm1(x), cos, sin, seen)
        h = self.norm2(x)
        return x + self.down(functional.silu(self.gate(h)) * self.up(h))


class Network(nn.Module):
    """The decoder; the output matrix is the embedding."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=1e-5)
        size = shape.width // shape.heads
        angles = torch.outer(
            torch.arange(shape.context).float(), 10000 ** (-torch.arange(0, size, 2).float() / size)
        )
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(
                    weight,
                    std=0.02 / (2 * shape.layers) ** 0.5
                    if name.endswith(("o.weight", "down.weight"))
                    else 0.02,
                )

    def features(self, ids: Tensor, said: Tensor) -> Tensor:
        """(batch, time) ids, of which the first `said` (batch) are what was said → (batch, time, width) after the last norm."""
        t = ids.shape[1]
        place = torch.arange(t, device=ids.device)
        seen = (place <= place[:, None]) | (place < said[:, None, None])
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, self.cos[:t], self.sin[:t], seen[:, None])
        return self.norm(x)
