"""What this kernel really enforces: found out by acts that must be denied, never by version.

Run by the zygote in throw-away children before it takes its first order.
"""

import os

from nlsh.sandbox import kernel, landlock, limits, namespaces, seccomp
from nlsh.sandbox.confinement import Level


def level() -> tuple[Level, str]:
    """The level that can be kept here, and why it is no higher."""
    if not _denied_by(_landlock_and_seccomp):
        if _denied_by(_namespaces_alone):
            return "namespaces", "there is no Landlock: processes and devices cannot be looked at"
        return "none", "neither Landlock nor user namespaces, or no seccomp: nothing can be confined"
    if not _denied_by(_namespaces):
        return "python", "user namespaces are forbidden: external commands cannot be confined"
    return "full", f"Landlock ABI {landlock.abi()}, seccomp and user namespaces all deny what they should"


def _denied_by(build: object) -> bool:
    """Whether, in a child behind `build`, reading this very file and making a socket are denied."""
    assert callable(build)
    child = os.fork()
    if child == 0:
        try:
            build()
            os._exit(0 if _all_denied() else 1)
        except BaseException:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _all_denied() -> bool:
    try:
        os.close(os.open(os.path.abspath(__file__), os.O_RDONLY))
        return False
    except OSError:
        pass
    try:
        os.kill(os.getppid(), 0)
        return False
    except OSError:
        pass
    try:
        os.chmod("/", 0o755)
        return False
    except OSError:
        return True


def _landlock_and_seccomp() -> None:
    limits.restrict(seconds=5, processes=None)
    kernel.no_new_privileges()
    landlock.restrict([], signals=False)
    seccomp.install(seccomp.for_tool(metadata=False))


def _namespaces() -> None:
    namespaces.enter(processes=False)
    namespaces.Root().build(programs=False)
    _landlock_and_seccomp()


def _namespaces_alone() -> None:
    namespaces.enter(processes=False)
    namespaces.Root().build(programs=False)
    limits.restrict(seconds=5, processes=None)
    kernel.no_new_privileges()
    kernel.drop_capabilities()
    seccomp.install(seccomp.for_tool(metadata=False))
