"""Reads the header of a model file, confined like every call; for nlsh itself, no sentence reaches it."""

from dataclasses import asdict
from pathlib import Path as FilePath

from nlsh.arguments import Args, Path
from nlsh.gguf import header
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class ModelFile(Args):
    """The file."""

    path: Path


def effects(asked: Asked) -> Effects:
    """Reads that file."""
    return Effects(reads=(asked.args.path,))


def run(work: Work) -> Result:
    """One row: what the header says."""
    return Result("records", [asdict(header(FilePath(work.args.path)))])


TOOL = Tool(
    summary="read the header of a model file",
    args=ModelFile,
    effects=effects,
    run=run,
    gives="records",
    examples=(),
)
