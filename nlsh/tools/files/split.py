"""One file cut into several."""

import os

from nlsh.arguments import Args, Count, Size, Target
from nlsh.changes import Change
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._making import writes_for
from nlsh.tools.files._reading import plain
from nlsh.tools.files._records import record
from nlsh.turn import Effects, Result

MAX_PARTS = 999
BLOCK = 1 << 20


class Split(Args):
    """Which file, and how: by size, by lines, or into so many parts."""

    path: Target
    size: Size | None = None
    lines: Count | None = None
    parts: Count | None = None


def effects(asked: Asked) -> Effects:
    """Makes name.001, name.002 and so on beside the file."""
    args: Split = asked.args
    total = os.stat(plain(args.path)).st_size
    if args.size:
        count = -(-total // args.size)
    elif args.parts:
        count = min(args.parts, total)
    elif args.lines:
        with open(args.path, "rb") as reader:
            lines = sum(block.count(b"\n") for block in iter(lambda: reader.read(BLOCK), b"")) + 1
        count = -(-lines // args.lines)
    else:
        raise NotUnderstood("split it how?", "say a size, a number of lines or of parts")
    if not 1 <= count <= MAX_PARTS:
        raise NotUnderstood(f"that would make {count} parts", f"at most {MAX_PARTS}; choose larger ones")
    changes = [Change("produce", f"{args.path}.{number:03d}") for number in range(1, count + 1)]
    for change in changes:
        if os.path.lexists(change.path):
            raise ToolFailed(f"{change.path} is already there", "move it away first", "exists")
    return Effects(reads=(args.path,), writes=writes_for(changes), changes=tuple(changes))


def run(work: Work) -> Result:
    """Write the parts one after the other."""
    args: Split = work.args
    places = [change.path for change in work.effects.changes]
    total = os.stat(args.path).st_size
    size = args.size or -(-total // len(places))
    rows = []
    with open(args.path, "rb") as reader:
        for number, place in enumerate(places):
            with open(place, "xb") as writer:
                if args.lines and not args.size and not args.parts:
                    for _ in range(args.lines):
                        writer.write(reader.readline())
                else:
                    left = size
                    while left and (block := reader.read(min(left, BLOCK))):
                        writer.write(block)
                        left -= len(block)
            rows.append(record(place, os.lstat(place), work.scene.cwd))
            work.progress("split", number + 1, len(places))
    return Result("files", rows, changed=len(rows))


TOOL = Tool(
    summary="cut a file into parts",
    args=Split,
    effects=effects,
    run=run,
    gives="files",
    changes=True,
    examples=(
        "split video.mp4 into 100 MB parts",
        "cut big.csv into files of 1000 lines",
        "split dump.sql in 4 pieces",
        "break archive.zip into 50 MB chunks",
        "把 大文件.zip 切成 100MB 一份",
    ),
)
