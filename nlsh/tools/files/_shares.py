"""A large tree cut into shares, so that every processor core walks its part of it.

The cut is made before the call, by listing the uppermost folders only; each share is a list
of (folder, its depth, whether what is below it belongs to the share too).
"""

import os
from collections import deque
from collections.abc import Callable

Share = list[tuple[str, int, bool]]
PARTS = 64  # so many folders are enough to be even, and fewer are walked by one child sooner
MOST_CORES = 8
ENTRIES = 20_000


def cut(top: str, *, hidden: bool, leaves_out: Callable[[str, str], bool] | None = None) -> list[Share]:
    """One share for each core; none when the tree is small, or flat, or there is one core."""
    cores = min(len(os.sched_getaffinity(0)), MOST_CORES)
    waiting, listed, seen = deque([(top, 1)]), [], 0
    while waiting and len(waiting) < PARTS and seen < ENTRIES and cores > 1:
        folder, level = waiting.popleft()
        try:
            with os.scandir(folder) as listing:
                for entry in listing:
                    seen += 1
                    if not entry.is_dir(follow_symlinks=False) or (entry.name.startswith(".") and not hidden):
                        continue
                    if leaves_out is None or not leaves_out(entry.name, "folder"):
                        waiting.append((entry.path, level + 1))
        except OSError:
            pass  # whoever walks it says that it cannot be read
        listed.append((folder, level))
    if len(waiting) < 4 * cores or cores < 2:
        return []
    shares: list[Share] = [[] for _ in range(cores)]
    for number, (folder, level) in enumerate(listed):
        shares[number % cores].append((folder, level, False))
    for number, (folder, level) in enumerate(waiting):
        shares[number % cores].append((folder, level, True))
    return shares
