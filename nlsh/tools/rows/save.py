"""The rows, or the text, of the call before, written to a file."""

import os
from typing import Literal

from nlsh.arguments import Args, NewPath
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import ANY_ROWS, Asked, Tool
from nlsh.tools.files._making import missing_folders, run_changes, writes_for
from nlsh.tools.text._tables import FORMATS, write_rows
from nlsh.turn import Effects

LIMIT_BYTES = 64 * 1024 * 1024


class Save(Args):
    """To which file, in which format; each follows from the other when it is left out."""

    to: NewPath | None = None
    format: Literal["csv", "tsv", "json", "jsonl", "yaml", "markdown", "text"] | None = None


def effects(asked: Asked) -> Effects:
    """Creates the file, or replaces what it says."""
    args: Save = asked.args
    if asked.kind == "none":
        raise NotUnderstood("save what?", "find or list something first")
    kind = args.format or ("text" if asked.kind == "text" else _by_name(args.to))
    endings = {"markdown": ".md", "text": ".txt"}
    path = args.to or os.path.join(asked.scene.cwd, "result" + endings.get(kind, f".{kind}"))
    if os.path.isdir(path):
        path = os.path.join(path, "result" + endings.get(kind, f".{kind}"))
    text = _plain(asked) if kind == "text" else write_rows(asked.rows, kind)
    size = len(text.encode("utf-8", "surrogateescape"))
    if size > LIMIT_BYTES:
        raise ToolFailed(
            f"that is more than {LIMIT_BYTES // 1024**2} MiB", "narrow it down first", "too_large"
        )
    if os.path.lexists(path):
        real = os.path.realpath(path)
        if os.lstat(real).st_nlink > 1:
            raise ToolFailed(
                f"{path} has another name elsewhere (a hard link)", "save under another name", "linked"
            )
        changes = [Change("replace", real, text=text, old=os.stat(real).st_size, size=size)]
    else:
        changes = [
            *missing_folders(os.path.dirname(path)),
            Change("create", path, text=text, mode=0o644, size=size),
        ]
    return Effects(writes=writes_for(changes), changes=tuple(changes))


def _by_name(path: str | None) -> str:
    return FORMATS.get(os.path.splitext(path or "")[1].lower(), "csv")


def _plain(asked: Asked) -> str:
    lines = (
        str(row["text"]) if "text" in row else str(row.get("path") or "  ".join(map(str, row.values())))
        for row in asked.rows
    )
    return "".join(line + "\n" for line in lines)


TOOL = Tool(
    summary="save the rows or the text to a file",
    args=Save,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=ANY_ROWS | {"text"},
    examples=(
        "save that as list.csv",
        "write the result to report.md",
        "convert data.csv to json",
        "export them as json",
        "把结果存成 清单.csv",
    ),
)
