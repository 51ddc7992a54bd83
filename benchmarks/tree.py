"""Makes a tree of many files, the same for the same numbers: for figures beside GNU find, du, fdupes and ripgrep.

    python benchmarks/tree.py FOLDER [FILES]      a million when left out; about 4.5 GB on most file systems

One file in 40 is a copy of another, one in 50 holds the word "needle", one in 2,000 is large.
"""

import random
import sys
from pathlib import Path

WORDS = "alpha beta gamma delta omega report budget notes draft final image scan data table index main test build log".split()
SUFFIXES = ("txt", "py", "log", "pdf", "jpg", "csv", "md", "json")
PER_FOLDER = 100


def build(top: Path, files: int) -> None:
    """Folders three deep with PER_FOLDER files each; contents of one to twelve lines."""
    r = random.Random(4)
    made, number = 0, 0
    last = b""
    while made < files:
        folder = (
            top
            / f"{number // 10_000 % 100:02d}"
            / f"{number // 100 % 100:02d}"
            / f"{number % 100:02d}-{r.choice(WORDS)}"
        )
        folder.mkdir(parents=True)
        for _ in range(min(PER_FOLDER, files - made)):
            name = f"{r.choice(WORDS)}_{made}.{r.choice(SUFFIXES)}"
            if made % 40 or not last:
                lines = [" ".join(r.choices(WORDS, k=8)) for _ in range(r.randint(1, 12))]
                lines += ["a needle in here"] if made % 50 == 0 else []
                last = f"{made}\n{chr(10).join(lines)}\n".encode()
            data = last + b"x" * 200_000 if made % 2000 == 7 else last
            (folder / name).write_bytes(data)
            made += 1
        number += 1


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
