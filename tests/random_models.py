"""GGUF files with random weights: of the embedded model's shape here, of other families' in test_chat."""

import random
import shutil
import struct
from pathlib import Path

from nlsh.config import shipped_model
from nlsh.gguf import header


def scrambled(path: Path, seed: int) -> Path:
    """The embedded model with every quantised weight drawn anew, at `path`: a planner that knows nothing and is sure of it."""
    source, drawn = shipped_model(), random.Random(seed)
    companion = header(source).metadata.get("nlsh.companion")
    if companion:
        _scramble(source.parent / str(companion), path.parent / str(companion), drawn)
    return _scramble(source, path, drawn)


def _scramble(source: Path, path: Path, drawn: random.Random) -> Path:
    shutil.copy(source, path)
    with path.open("r+b") as file:
        for tensor in header(source).tensors:
            if tensor.kind == "Q8_0":  # blocks of a scale (half) and 32 signed bytes
                blocks = bytearray(drawn.randbytes(tensor.size))
                for at in range(0, tensor.size, 34):
                    blocks[at : at + 2] = struct.pack("<e", drawn.uniform(0.0002, 0.002))
                file.seek(tensor.begin)
                file.write(blocks)
    return path
