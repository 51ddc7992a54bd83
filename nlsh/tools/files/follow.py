"""What is added to a file while one looks, as `tail -f` shows it."""

import os
import time

from nlsh.arguments import Args, Duration, Target
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

STEP_SECONDS = 0.25
LIMIT_BYTES = 4 * 1024 * 1024


class Follow(Args):
    """Which file, and for how long."""

    path: Target
    time: Duration = 30.0


def effects(asked: Asked) -> Effects:
    """Reads the file."""
    if os.path.isdir(asked.args.path):
        raise ToolFailed(f"{asked.args.path} is a folder", "watch it instead", "is_folder")
    return Effects(reads=(asked.args.path,))


def run(work: Work) -> Result:
    """The text that was added; a file that shrinks is read from its beginning again."""
    args: Follow = work.args
    added = bytearray()
    begun = time.monotonic()
    with open(args.path, "rb") as reader:
        reader.seek(0, os.SEEK_END)
        while (left := args.time - (time.monotonic() - begun)) > 0 and len(added) < LIMIT_BYTES:
            time.sleep(min(STEP_SECONDS, left))
            if os.fstat(reader.fileno()).st_size < reader.tell():
                reader.seek(0)
            added += reader.read(LIMIT_BYTES)
            work.progress("follow", int(time.monotonic() - begun), int(args.time))
    notes = [] if added else [f"nothing was added in {args.time:.0f} seconds"]
    return Result("text", text=added.decode("utf-8", "replace"), notes=notes)


TOOL = Tool(
    summary="show what is added to a file, as it is added",
    args=Follow,
    effects=effects,
    run=run,
    gives="text",
    examples=(
        "follow server.log",
        "tail -f app.log",
        "watch what gets written to access.log for a minute",
        "show new lines of debug.log",
        "实时查看 日志.log",
    ),
)
