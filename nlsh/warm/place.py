"""Where the background process listens, and what must be alike in it and in whoever asks it.

Imported by every `nlsh -c`, so it needs nothing but os and sys.
"""

import os
import sys

_ALIKE = (
    "/proc/self/ns/mnt",
    "/proc/self/ns/net",
    "/proc/self/ns/user",
    "/proc/self/ns/pid",
    "/proc/self/root",
)


def folder() -> str:
    """The folder of the socket: the session's own, which ends with it, or nlsh's state."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    try:
        if os.path.isabs(session) and os.stat(session).st_uid == os.getuid():
            return os.path.join(session, "nlsh")
    except OSError:
        pass  # it says so and is not there
    state = os.environ.get("XDG_STATE_HOME", "")
    base = state if os.path.isabs(state) else os.path.expanduser("~/.local/state")
    return os.path.join(base, "nlsh")


def address() -> str:
    """The socket's path."""
    return os.path.join(folder(), "warm.sock")


def fingerprint() -> str:
    """What a process is: its program's files, its rights and the view that it has of the machine.

    A process that differs in any of them must not answer in another's place.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    files = []
    for name in ("__init__.py", "catalogue.json", "cli.py", "model/nlsh.gguf", "../models/nlsh.gguf"):
        try:
            status = os.stat(os.path.join(package, name))
            files.append(f"{status.st_size}.{status.st_mtime_ns}.{status.st_ino}")
        except OSError:
            files.append("-")  # a checkout has its model beside the package, an installation inside it
    views = []
    for name in _ALIKE:
        try:
            views.append(str(os.stat(name).st_ino))
        except OSError:
            views.append("-")
    rights = [os.getuid(), os.geteuid(), os.getgid(), *sorted(os.getgroups())]
    return "\n".join([package, sys.prefix, str(sys.hexversion), *files, *views, *map(str, rights)])
