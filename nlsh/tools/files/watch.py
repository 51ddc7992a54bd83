"""What changes in a folder while one looks."""

import os
import time

from nlsh.arguments import Args, Duration, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import Trouble, iso, shown, walk
from nlsh.turn import Effects, Result, Row

STEP_SECONDS = 0.5


class Watch(Args):
    """Which folder or file, and for how long."""

    path: Target = "."
    time: Duration = 10.0


def effects(asked: Asked) -> Effects:
    """Reads the tree."""
    return Effects(reads=(asked.args.path,))


def run(work: Work) -> Result:
    """One row per change: when, what became of which path."""
    args: Watch = work.args
    rows: list[Row] = []
    before = _picture(args.path)
    begun = time.monotonic()
    while (left := args.time - (time.monotonic() - begun)) > 0:
        time.sleep(min(STEP_SECONDS, left))
        now = _picture(args.path)
        for path in sorted(before.keys() | now.keys()):
            if before.get(path) == now.get(path):
                continue
            what = "new" if path not in before else "gone" if path not in now else "changed"
            rows.append({"time": iso(time.time()), "event": what, "path": shown(path, work.scene.cwd)})
        before = now
        work.progress("watch", int(time.monotonic() - begun), int(args.time))
    return Result("records", rows, notes=[] if rows else ["nothing changed"])


def _picture(top: str) -> dict[str, tuple[int, int]]:
    if not os.path.isdir(top):
        try:
            status = os.stat(top)
        except OSError:
            return {}
        return {top: (status.st_size, status.st_mtime_ns)}
    found = walk(top, hidden=True, depth=None, trouble=Trouble())
    return {path: (status.st_size, status.st_mtime_ns) for path, status, _ in found}


TOOL = Tool(
    summary="watch a folder for changes",
    args=Watch,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "watch Downloads for 30 seconds",
        "tell me what changes in build",
        "keep an eye on this folder for a minute",
        "monitor logs for changes",
        "监视 下载 一分钟",
    ),
)
