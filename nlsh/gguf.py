"""The header of a GGUF file, read within bounds before llama.cpp touches the file.

Everything that the header claims is held against the size of the file: counts, lengths of texts, places of
tensors. llama.cpp trusts more of that than one should of a file from elsewhere.

Format: GGUF version 2 and 3, little-endian (ggml, docs/gguf.md).
"""

import os
import struct
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from nlsh.errors import NlshError

MAGIC = b"GGUF"
MAX_ENTRIES = 65_536
MAX_TEXT_BYTES = 4 << 20
MAX_ELEMENTS = 8 << 20
MAX_DEPTH = 2
KEPT_ELEMENTS = 16  # of longer lists only the length is kept
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
# ggml_type → name, elements of a block, bytes of a block
TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4),
    27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its dimensions, the type of its elements, and where its bytes lie in the file."""

    name: str
    shape: tuple[int, ...]
    kind: str
    begin: int
    size: int


@dataclass(slots=True)
class Header:
    """What a GGUF file says of itself."""

    size: int  # bytes of the whole file
    metadata: dict[str, Any] = field(default_factory=dict)
    tensors: list[Tensor] = field(default_factory=list)

    @property
    def architecture(self) -> str:
        """The kind of network, as llama.cpp calls it."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """What the file calls the model."""
        return str(self.metadata.get("general.name", ""))

    @property
    def parameters(self) -> int:
        """How many weights there are."""
        return sum(prod(tensor.shape) for tensor in self.tensors)

    @property
    def quantisation(self) -> str:
        """The type that most of the bytes are in."""
        sizes: dict[str, int] = {}
        for tensor in self.tensors:
            sizes[tensor.kind] = sizes.get(tensor.kind, 0) + tensor.size
        return max(sizes, key=sizes.__getitem__, default="")

    def number(self, key: str) -> int:
        """A number of the architecture's own, such as `context_length`; 0 when it is not told."""
        value = self.metadata.get(f"{self.architecture}.{key}", 0)
        return int(value) if isinstance(value, int | float) else 0


class _Reader:
    """Reads values one after the other; a file that ends too early or claims too much raises NlshError."""

    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self._file, self._path, self._size = file, path, size

    def damaged(self, what: str) -> NlshError:
        what = "".join(
            c if c.isprintable() else "?" for c in what[-120:]
        )  # names in the file may hold anything
        return NlshError(
            "model", f"{self._path} is damaged: {what}", "fetch it again, or name another with --model"
        )

    def take(self, count: int) -> bytes:
        if count > self._size - self._file.tell():
            raise self.damaged("it ends too early")
        return self._file.read(count)

    def scalar(self, form: str) -> Any:
        return struct.unpack("<" + form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        length = self.scalar("Q")
        if length > MAX_TEXT_BYTES:
            raise self.damaged(f"a text of {length} bytes")
        return self.take(length).decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> Any:
        if kind in _SCALARS:
            return self.scalar(_SCALARS[kind])
        if kind == _TEXT:
            return self.text()
        if kind != _LIST or depth >= MAX_DEPTH:
            raise self.damaged(f"a value of the unknown kind {kind}")
        inner, count = self.scalar("I"), self.scalar("Q")
        if count > MAX_ELEMENTS:
            raise self.damaged(f"a list of {count} values")
        if inner in _SCALARS and count > KEPT_ELEMENTS:
            self.take(count * struct.calcsize("<" + _SCALARS[inner]))
            return count
        values = []
        for number in range(count):
            value = self.value(inner, depth + 1)
            if number < KEPT_ELEMENTS:
                values.append(value)
        return values if count <= KEPT_ELEMENTS else count

    def tell(self) -> int:
        return self._file.tell()


def header(path: Path) -> Header:
    """The header of the file at `path`. NlshError, in one line, for what is no GGUF file or not a sound one."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _header(_Reader(file, path, size), size, path)
    except OSError as error:
        raise NlshError(
            "model", f"there is no model at {path}", "name another with --model, or reinstall nlsh"
        ) from error


def _header(reader: _Reader, size: int, path: Path) -> Header:
    if size < 24 or reader.take(4) != MAGIC:
        raise NlshError("model", f"{path} is not a GGUF file", "name another with --model, or reinstall nlsh")
    version = reader.scalar("I")
    if version not in (2, 3):
        raise reader.damaged(f"it says that it is GGUF version {version}")
    tensors, entries = reader.scalar("Q"), reader.scalar("Q")
    if tensors > MAX_ENTRIES or entries > MAX_ENTRIES:
        raise reader.damaged(f"{max(tensors, entries)} entries")
    found = Header(size)
    for _ in range(entries):
        key = reader.text()
        found.metadata[key] = reader.value(reader.scalar("I"))
    places = [_place(reader) for _ in range(tensors)]
    alignment = found.metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise reader.damaged("an alignment that is none")
    begin = -(-reader.tell() // alignment) * alignment
    for name, shape, kind, offset in places:
        if kind not in TYPES:
            raise reader.damaged(f"{name} is of the unknown type {kind}")
        label, elements, block = TYPES[kind]
        count = prod(shape)
        if shape and shape[0] % elements:
            raise reader.damaged(f"{name} does not consist of whole blocks")
        length = count // elements * block
        if offset % alignment or begin + offset + length > size:
            raise reader.damaged(f"{name} lies outside the file")
        found.tensors.append(Tensor(name, shape, label, begin + offset, length))
    return found


def _place(reader: _Reader) -> tuple[str, tuple[int, ...], int, int]:
    name, dimensions = reader.text(), reader.scalar("I")
    if dimensions > 4:
        raise reader.damaged(f"{name} has {dimensions} dimensions")
    shape = tuple(reader.scalar("Q") for _ in range(dimensions))
    if any(length > 1 << 40 for length in shape):
        raise reader.damaged(f"{name} has a side of {max(shape)}")
    return name, shape, reader.scalar("I"), reader.scalar("Q")


def from_record(record: dict[str, Any]) -> Header:
    """The header that `dataclasses.asdict` recorded."""
    tensors = [Tensor(**{**one, "shape": tuple(one["shape"])}) for one in record["tensors"]]
    return Header(record["size"], record["metadata"], tensors)
