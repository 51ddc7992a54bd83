"""One file compressed by itself: gzip, bzip2, xz or zstandard."""

import bz2
import gzip
import lzma
import os
import sys
from collections.abc import Callable
from typing import IO, Any, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_OPENERS: dict[str, Callable[..., Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": zstd.open,
}
_MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\0": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


def opener(suffix: str) -> Callable[..., Any]:
    """What opens a compressed file of this kind, as `open` does."""
    return _OPENERS[suffix]


def kind(path: str) -> str | None:
    """Which compression a file has, by its first bytes; None for none of these."""
    with open(path, "rb") as reader:
        head = reader.read(8)
    return next((suffix for magic, suffix in _MAGIC.items() if head.startswith(magic)), None)


def stem(path: str) -> str:
    """The name of what is inside: that of the file without its last ending."""
    name = os.path.basename(path)
    return (
        name.rsplit(".", 1)[0] if name.lower().endswith(SUFFIXES) and "." in name[1:] else name + ".unpacked"
    )


def reader(path: str) -> IO[bytes]:
    """The content, as a stream."""
    found = kind(path)
    assert found is not None
    return cast("IO[bytes]", opener(found)(path, "rb"))


def size(path: str, limit: int) -> int:
    """Bytes inside, counted by reading; a little more than `limit` when there are more than that."""
    total = 0
    with reader(path) as stream:
        while total <= limit and (block := stream.read(1 << 20)):
            total += len(block)
    return total


def compress(source: str, target: str) -> None:
    """Write `source`, compressed by the ending of its `target`'s name, to the new file `target`."""
    suffix = next(s for s in SUFFIXES if target.lower().removesuffix(".nlsh-part").endswith(s))
    with open(source, "rb") as stream, opener(suffix)(target, "xb") as writer:
        while block := stream.read(1 << 20):
            writer.write(block)
