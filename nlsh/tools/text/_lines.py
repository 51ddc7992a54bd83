"""Where text tools get their lines from: a file, the files of the rows before, or the rows' own text."""

from collections.abc import Iterator

from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Work
from nlsh.tools.files._reading import plain
from nlsh.tools.files._records import real_files
from nlsh.turn import Effects, RowKind

TEXTS: frozenset[RowKind] = frozenset({"files", "matches", "text", "records"})
LIMIT_BYTES = 256 * 1024 * 1024


def reading(asked: Asked) -> Effects:
    """Reads the named file, or the files of the rows before; rows that are text themselves need nothing."""
    path = getattr(asked.args, "path", None)
    if path:
        return Effects(reads=(plain(path),))
    if asked.kind == "files":
        return Effects(reads=tuple(real_files(asked.rows, asked.scene.cwd)))
    if asked.kind == "none":
        raise NotUnderstood("of which text?", "name a file, or read one first")
    return Effects()


def lines(work: Work) -> Iterator[str]:
    """The lines without their ends, one file after the other; ToolFailed for what is no text."""
    if not work.effects.reads:
        for row in work.rows:
            yield (
                str(row["text"])
                if "text" in row
                else "\t".join(str(v) for v in row.values() if v is not None)
            )
        return
    for path in work.effects.reads:
        yield from file_lines(path)


def file_lines(path: str) -> Iterator[str]:
    """The lines of one file without their ends; bytes that are no UTF-8 become replacement characters."""
    plain(path)
    try:
        with open(path, "rb") as reader:
            head = reader.read(8192)
            if b"\0" in head:
                raise ToolFailed(f"{path} is not text", "ask for its info instead", "not_text")
            reader.seek(0)
            left = LIMIT_BYTES
            for line in reader:
                left -= len(line)
                if left < 0:
                    raise ToolFailed(
                        f"{path} is larger than {LIMIT_BYTES // 1024**2} MiB", "split it first", "too_large"
                    )
                yield line.rstrip(b"\r\n").decode("utf-8", "replace")
    except OSError as error:
        raise ToolFailed(f"cannot read {path}: {(error.strerror or 'error').lower()}") from error
