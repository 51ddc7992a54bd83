"""Commands in the background: each has a reaper of its own that outlives the shell that began it.

The reaper is a fresh process with nothing inherited. It builds the walls of tier 3 around
the command exactly as a child of the zygote does, writes its output to a log of bounded
size, and its end to a status file. While it lives it is the job; ended, its folder is.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from nlsh import jobs
from nlsh.errors import ToolFailed
from nlsh.sandbox.confinement import Confinement, from_dict

LOG_LIMIT_BYTES = 64 * 1024 * 1024
JOB_SECONDS = 7 * 86400
KEPT = 200
START_SECONDS = 60.0
_START = "import sys; sys.path.insert(0, {root!r}); from nlsh.sandbox.job import main; main({fds!r})"


def start(confinement: Confinement, grants: list[int]) -> dict[str, Any]:
    """Begin `confinement`'s command in the background; its record once it stands."""
    place = jobs.folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = sorted(int(p.name) for p in place.iterdir() if p.name.isdigit())
    for old in known[:-KEPT]:
        jobs.forget(place / str(old))
    number = (known[-1] if known else 0) + 1
    while True:
        try:
            (place / str(number)).mkdir(mode=0o700)
            break
        except FileExistsError:
            number += 1
    order = {"confinement": confinement.as_dict(), "place": str(place / str(number))}
    root = str(Path(__file__).resolve().parents[2])
    begun = subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(root=root, fds=grants)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"LANG": "C.UTF-8"},
        pass_fds=grants, start_new_session=True, cwd="/",
    )  # fmt: skip
    try:
        said, _ = begun.communicate(json.dumps(order).encode("ascii"), timeout=START_SECONDS)
    except subprocess.TimeoutExpired:
        begun.kill()
        said = b""
    if not said.startswith(b"ready"):
        raise ToolFailed("the job could not be started", "nlsh doctor says what this kernel can do", "job")
    return jobs.record(place / str(number))


def main(grants: list[int]) -> None:
    """In the fresh process: leave the shell, run the command behind its walls, write down how it ended."""
    from nlsh.sandbox import command, limits

    order = json.loads(sys.stdin.buffer.read())
    place = Path(order["place"])
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    limits.close_all_but({0, 1, *grants})
    confinement = from_dict(order["confinement"])
    log = os.open(place / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    record = {
        "command": confinement.command,
        "cwd": confinement.cwd,
        "pid": os.getpid(),
        "begun": time.time(),
    }
    record["started"] = jobs.started(os.getpid())
    (place / "job.json").write_text(json.dumps(record), "ascii")
    ended = os.open(place / "status", os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(1, b"ready\n")
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    room = LOG_LIMIT_BYTES

    def keep(block: bytes) -> bool:
        nonlocal room
        os.write(log, block[:room])
        room -= len(block[:room])
        return room > 0

    status = 126
    try:
        status = command.command(confinement, grants, keep, (log, ended))
    except BaseException as error:
        os.write(log, f"\nnlsh: {error}\n".encode())
    finally:
        os.write(ended, json.dumps({"status": status, "ended": time.time()}).encode("ascii"))
        os._exit(0)
