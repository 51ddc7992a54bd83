"""Several files by their names, for the call that follows: "delete a.txt and b.txt" is one deletion of two files."""

import os

from nlsh.arguments import Args, Path
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import reads_of, record
from nlsh.turn import Effects, Result


class Named(Args):
    """Up to five of them; each must be there."""

    path: Path
    other: Path | None = None
    third: Path | None = None
    fourth: Path | None = None
    fifth: Path | None = None


def effects(asked: Asked) -> Effects:
    """Looks at those files alone."""
    return Effects(reads=reads_of(_paths(asked.args)))


def _paths(args: Named) -> list[str]:
    named = (args.path, args.other, args.third, args.fourth, args.fifth)
    return list(dict.fromkeys(path for path in named if path))


def run(work: Work) -> Result:
    """One row per file, in the order of the sentence."""
    rows = []
    for path in _paths(work.args):
        try:
            rows.append(record(path, os.lstat(path), work.scene.cwd))
        except OSError as error:
            raise ToolFailed(f"cannot look at {path}: {(error.strerror or 'error').lower()}") from error
    return Result("files", rows)


TOOL = Tool(
    summary="several files by their names",
    args=Named,
    effects=effects,
    run=run,
    gives="files",
    targets=("path",),
    examples=(
        "delete a.txt and b.txt",
        "move notes.md, todo.md and plan.md to old",
        "how big are film.mp4 and talk.mp4 together",
        "zip report.pdf and data.csv into paper.zip",
        "把 a.txt 和 b.txt 删掉",
    ),
)
