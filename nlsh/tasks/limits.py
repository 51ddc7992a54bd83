"""What a run keeps to: one run of a file at a time, and no more than the file allows itself."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from nlsh.errors import Exit, NlshError
from nlsh.policy import Rules

RETRY_SECONDS = 0.05


def narrowed(rules: Rules, allow: dict[str, Any]) -> Rules:
    """Policy as narrow as `allow:` of a task file makes it; it can never be wider."""
    if "write" in allow:
        only = tuple(os.path.realpath(os.path.expanduser(str(path))) for path in allow["write"])
        rules = replace(rules, only_write=only)
    if "hosts" in allow:
        hosts = {str(host).lower() for host in allow["hosts"]}
        rules = replace(
            rules, hosts=tuple(host for host in rules.hosts if host in hosts), only_hosts=tuple(hosts)
        )
    if allow.get("commands") is False:
        rules = replace(rules, external_commands="deny")
    return rules


@contextmanager
def alone(file: Path, state: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the file's lock while it runs; NlshError (try again) when another run holds it, and goes on holding it."""
    folder = state / "tasks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / (digest(os.fsencode(file.resolve())) + ".running")
    deadline = time.monotonic() + wait_seconds
    with place.open("w") as handle:
        while not _locked(handle):
            if time.monotonic() >= deadline:
                raise NlshError(
                    "busy", f"{file} is running already", "wait until it has ended", Exit.TEMPORARY
                )
            time.sleep(RETRY_SECONDS)
        yield


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def digest(data: bytes) -> str:
    """A short name for some bytes."""
    return hashlib.sha256(data).hexdigest()[:16]
