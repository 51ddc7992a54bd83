"""A file system root of its own, made of the granted paths alone; no network; own processes.

Covers  stat and readlink outside the grants (nothing else is there), chmod and utime
        outside, path sockets, UDP and every other network, processes of others (tier 3).
Not     what happens inside a granted tree: that is Landlock's and the masks'.

User namespaces give the rights to do this without being root.
"""

import os
import stat

from nlsh.sandbox import kernel

_BASE = (
    kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWNS
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWNET
)
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt")
_SECRETS_OF_ETC = (
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/sudoers.d",
)
MAX_PROCESSES = 512
_DEVICES = ("null", "zero", "full", "random", "urandom")


def enter(*, processes: bool, network: bool = False) -> None:
    """Leave the host's namespaces; the user keeps their own id inside. With `network` the host's network stays."""
    uid, gid = os.getuid(), os.getgid()
    flags = _BASE & ~kernel.CLONE_NEWNET if network else _BASE
    kernel.unshare(flags | (kernel.CLONE_NEWPID if processes else 0))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as writer:
            writer.write(text)


class Root:
    """Builds the new root: open every source first, then lay them over an empty tmpfs."""

    def __init__(self) -> None:
        kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        self._sources: list[tuple[str, int, bool, bool]] = []
        self._links: list[tuple[str, str]] = []
        self._masks: list[str] = []

    def add(self, path: str, granted: int | None, *, writable: bool, runnable: bool = False) -> None:
        """Let `path` be seen inside; `granted` is the descriptor that policy judged, which must be it still."""
        fd = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        if granted is not None:
            now, then = os.fstat(fd), os.fstat(granted)
            if (now.st_dev, now.st_ino) != (then.st_dev, then.st_ino):
                raise PermissionError(13, "was exchanged for something else meanwhile", path)
        if stat.S_ISLNK(os.fstat(fd).st_mode):
            raise PermissionError(13, "is a link", path)
        self._sources.append((path, fd, writable, runnable))

    def add_system(self) -> None:
        """The system's programs and libraries, read-only, and a minimal /dev and /tmp."""
        for path in _SYSTEM:
            if os.path.islink(path):
                self._links.append((os.readlink(path), path))
            elif os.path.isdir(path):
                self.add(path, None, writable=False, runnable=True)
        self._masks.extend(path for path in _SECRETS_OF_ETC if os.path.lexists(path))

    def add_resolver(self) -> None:
        """What names are looked up with, where the file in /etc is a link to somewhere else."""
        place = os.path.realpath("/etc/resolv.conf")
        if not place.startswith("/etc/") and os.path.isfile(place):
            self.add(place, None, writable=False)

    def mask(self, path: str) -> None:
        """Hide what is at `path` behind emptiness."""
        self._masks.append(path)

    def build(self, *, programs: bool) -> None:
        """Make it and move into it; nothing of the old root stays reachable."""
        devices = [(f"/dev/{name}", os.open(f"/dev/{name}", os.O_PATH | os.O_CLOEXEC)) for name in _DEVICES]
        top = "/tmp"
        whole = next((s for s in self._sources if s[0] == "/"), None)
        if whole is not None:
            kernel.mount(f"/proc/self/fd/{whole[1]}", top, None, kernel.MS_BIND | kernel.MS_REC)
            kernel.restrict_mount(top, read_only=True, no_exec=False)
        else:
            kernel.mount("tmpfs", top, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=64m,mode=755")
        for path, fd, writable, runnable in sorted(self._sources, key=lambda s: s[0].count("/")):
            if path == "/":
                continue
            self._lay(top, path, fd, writable=writable, runnable=runnable)
        for goal, path in self._links:
            os.symlink(goal, top + path)
        self._hide(top)
        if programs:
            self._devices(top, devices)
        os.chdir(top)
        kernel.syscall(kernel.NR_PIVOT_ROOT, b".", b".")
        kernel.umount(".", kernel.MNT_DETACH)
        os.chdir("/")

    def _lay(self, top: str, path: str, fd: int, *, writable: bool, runnable: bool) -> None:
        target = top + path
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            os.makedirs(target, exist_ok=True)
        elif not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
        kernel.mount(f"/proc/self/fd/{fd}", target, None, kernel.MS_BIND | kernel.MS_REC)
        kernel.restrict_mount(target, read_only=not writable, no_exec=not runnable)

    def _hide(self, top: str) -> None:
        for path in self._masks:
            target = top + path
            if os.path.isdir(target):
                kernel.mount(
                    "tmpfs",
                    target,
                    "tmpfs",
                    kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_RDONLY,
                    "size=4k,mode=555",
                )
            elif os.path.lexists(target):
                kernel.mount("/dev/null", target, None, kernel.MS_BIND)

    def _devices(self, top: str, devices: list[tuple[str, int]]) -> None:
        os.makedirs(top + "/dev", exist_ok=True)
        for path, fd in devices:
            os.close(os.open(top + path, os.O_CREAT | os.O_WRONLY, 0o600))
            kernel.mount(f"/proc/self/fd/{fd}", top + path, None, kernel.MS_BIND)
        os.makedirs(top + "/proc", exist_ok=True)
        _mount_proc(top + "/proc")
        os.makedirs(top + "/tmp", exist_ok=True)
        if not any(source[0].startswith("/tmp/") for source in self._sources):
            kernel.mount(
                "tmpfs", top + "/tmp", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1g,mode=1777"
            )


def _mount_proc(target: str) -> None:
    """A /proc of the own pid namespace; none where the host hides parts of its own and so forbids it.

    Must come before the old root goes: the kernel wants to see a whole /proc first.
    """
    try:
        kernel.mount("proc", target, "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    except OSError:
        return
    try:
        with open(target + "/sys/kernel/pid_max", "w", encoding="ascii") as writer:
            writer.write(
                str(MAX_PROCESSES)
            )  # a limit of this pid namespace alone; RLIMIT_NPROC does not bind root
    except OSError:
        pass  # kernels before 6.14 have one pid_max for all, and forbid this
    for name in ("/sys", "/sysrq-trigger", "/irq", "/bus"):
        path = target + name
        if os.path.lexists(path):
            kernel.mount(path, path, None, kernel.MS_BIND | kernel.MS_REC)
            kernel.restrict_mount(path, read_only=True, no_exec=True)
