"""The few facts that no child can get for itself, fetched by the shell for one validated call.

A closed list; each changes nothing, takes at most one argument that the tool has checked,
and comes back as data.
"""

import contextlib
import json
import os
import socket
from collections.abc import Callable
from typing import Any

import psutil

from nlsh.errors import ToolFailed
from nlsh.sandbox import programs


def _owner(pid: int | None, names: dict[int, tuple[str, str]]) -> tuple[str | None, str | None]:
    if pid and pid not in names:
        try:
            process = psutil.Process(pid)
            names[pid] = (process.name(), process.username())
        except psutil.Error:
            names[pid] = ("?", "?")
    return names.get(pid or 0, (None, None))


def _sockets(_: str) -> list[dict[str, Any]]:
    names: dict[int, tuple[str, str]] = {}
    rows = []
    for found in psutil.net_connections(kind="inet"):
        udp = found.type == socket.SOCK_DGRAM
        if not found.laddr or not (found.status == psutil.CONN_LISTEN or (udp and not found.raddr)):
            continue
        name, user = _owner(found.pid, names)
        rows.append(
            {
                "port": found.laddr.port, "pid": found.pid, "process": name, "address": found.laddr.ip,
                "protocol": "udp" if udp else "tcp", "name": name, "user": user,
            }
        )  # fmt: skip
    return rows


def _connections(_: str) -> list[dict[str, Any]]:
    names: dict[int, tuple[str, str]] = {}
    rows = []
    for found in psutil.net_connections(kind="inet"):
        if not found.raddr or not found.laddr:
            continue
        name, user = _owner(found.pid, names)
        rows.append(
            {
                "process": name, "name": name, "pid": found.pid, "user": user, "state": found.status.lower(),
                "local": f"{found.laddr.ip}:{found.laddr.port}", "remote": f"{found.raddr.ip}:{found.raddr.port}",
            }
        )  # fmt: skip
    return rows


def _interfaces(_: str) -> list[dict[str, Any]]:
    states = psutil.net_if_stats()
    rows = []
    for name, addresses in psutil.net_if_addrs().items():
        by_family = {
            family: [a.address for a in addresses if a.family == family]
            for family in (socket.AF_INET, socket.AF_INET6, psutil.AF_LINK)
        }
        rows.append(
            {
                "interface": name, "up": bool(states.get(name) and states[name].isup), "ipv4": " ".join(by_family[socket.AF_INET]),
                "ipv6": " ".join(by_family[socket.AF_INET6]), "mac": " ".join(by_family[psutil.AF_LINK]),
            }
        )  # fmt: skip
    return rows


def _openers(path: str) -> list[dict[str, Any]]:
    """Processes that have `path`, or something below it, open or as their current folder."""
    rows = []
    below = path.rstrip("/") + "/"
    for process in psutil.process_iter(["pid", "name", "username"]):
        held: dict[str, str] = {}
        with contextlib.suppress(OSError, psutil.Error):
            held[os.readlink(f"/proc/{process.pid}/cwd")] = "current folder"
        with contextlib.suppress(OSError, psutil.Error):
            for fd in os.listdir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    held[os.readlink(f"/proc/{process.pid}/fd/{fd}")] = "open"
        for name, how in held.items():
            if name == path or name.startswith(below):
                info = process.info
                rows.append(
                    {
                        "pid": info["pid"],
                        "name": info["name"],
                        "user": info["username"],
                        "how": how,
                        "path": name,
                    }
                )
    return rows


def _open_files(pid: str) -> list[str]:
    found = []
    try:
        for fd in os.listdir(f"/proc/{int(pid)}/fd"):
            with contextlib.suppress(OSError):
                found.append(os.readlink(f"/proc/{int(pid)}/fd/{fd}"))
    except PermissionError as error:
        raise ToolFailed(f"process {pid} belongs to another user; its files cannot be seen") from error
    except OSError as error:
        raise ToolFailed(f"process {pid} has ended", "", "no_process") from error
    return sorted(set(found))


def _owners(paths: str) -> list[list[str]]:
    """User and group of each of the JSON list of paths: in a user namespace, those of everybody else are "nobody"."""
    import grp
    import pwd

    def named(number: int, table: Callable[[int], Any]) -> str:
        try:
            return str(table(number)[0])
        except (KeyError, OSError):
            return str(number)

    found = []
    for path in json.loads(paths):
        try:
            status = os.lstat(path)
        except OSError:
            found.append(["", ""])  # the child will meet the same and say so
            continue
        found.append([named(status.st_uid, pwd.getpwuid), named(status.st_gid, grp.getgrgid)])
    return found


def _process(pid: str) -> dict[str, Any]:
    """What only the kernel's per-process files tell, where they may be read: shared memory, swap, I/O, descriptors."""
    found: dict[str, Any] = {}
    try:
        process = psutil.Process(int(pid))
        with contextlib.suppress(psutil.AccessDenied):
            full = process.memory_full_info()
            found |= {
                "rss": full.rss,
                "pss": getattr(full, "pss", None),
                "unique": full.uss,
                "shared": full.shared,
                "swap": getattr(full, "swap", None),
            }
        with contextlib.suppress(psutil.AccessDenied):
            found["open_files"] = process.num_fds()
        with contextlib.suppress(psutil.AccessDenied):
            io = process.io_counters()
            found |= {"read": io.read_bytes, "written": io.write_bytes}
        with contextlib.suppress(psutil.AccessDenied):
            found["folder"] = process.cwd()
        found["nice"] = process.nice()
        found["cores"] = process.cpu_affinity()
    except psutil.NoSuchProcess as error:
        raise ToolFailed(f"process {pid} has ended", "", "no_process") from error
    return found


def _jobs(_: str) -> list[dict[str, Any]]:
    from nlsh.jobs import jobs

    return jobs()


def _job_log(identity: str) -> str:
    from nlsh.jobs import log_of

    return log_of(identity)


def _sessions(_: str) -> list[dict[str, Any]]:
    return [
        {"user": u.name, "terminal": u.terminal or "", "host": u.host or "", "since": u.started, "pid": u.pid}
        for u in psutil.users()
    ]


def _limits(_: str) -> dict[str, tuple[int, int]]:
    import resource

    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return {name[7:].lower(): resource.getrlimit(getattr(resource, name)) for name in names}


def _said(text: "bytes | str") -> str:
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text


def _nvidia(_: str) -> list[dict[str, Any]]:
    """What NVIDIA's library says of each of its cards; nothing where the extra `gpu` or the driver is missing."""
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    rows = []
    try:
        for number in range(pynvml.nvmlDeviceGetCount()):
            card = pynvml.nvmlDeviceGetHandleByIndex(number)
            name, memory = pynvml.nvmlDeviceGetName(card), pynvml.nvmlDeviceGetMemoryInfo(card)
            address = pynvml.nvmlDeviceGetPciInfo(card).busIdLegacy
            row = {
                "name": _said(name), "address": _said(address).lower(), "memory": int(memory.total), "used": int(memory.used),
            }  # fmt: skip
            with contextlib.suppress(pynvml.NVMLError):
                row["busy"] = int(pynvml.nvmlDeviceGetUtilizationRates(card).gpu)
            with contextlib.suppress(pynvml.NVMLError):
                row["temperature"] = int(pynvml.nvmlDeviceGetTemperature(card, pynvml.NVML_TEMPERATURE_GPU))
            rows.append(row)
    except pynvml.NVMLError:
        pass  # a card that fell off the bus: those before it are told
    finally:
        pynvml.nvmlShutdown()
    return rows


def _web(argument: str) -> Any:
    from nlsh.sandbox import web

    wanted = json.loads(argument)
    return web.ASKED[wanted.pop("what")](**wanted)


_FACTS: dict[str, Callable[[str], Any]] = {
    "sockets": _sockets,
    "connections": _connections,
    "interfaces": _interfaces,
    "environment": lambda _: dict(os.environ),
    "openers": _openers,
    "open_files": _open_files,
    "owners": _owners,
    "process": _process,
    "units": programs.units,
    "unit": programs.unit,
    "unit_log": programs.unit_log,
    "system_log": programs.system_log,
    "boots": programs.boots,
    "timers": lambda _: programs.program("systemctl", "list-timers", "--all", "--no-pager", "--no-legend", "--plain"),
    "crontab": programs.crontab,
    "jobs": _jobs,
    "job_log": _job_log,
    "sessions": _sessions,
    "limits": _limits,
    "web": _web,
    "nvidia": _nvidia,
    "number": lambda argument: argument,  # the tool's own choice, handed through to its child
    "waited": lambda argument: argument,
    "dmesg": lambda _: programs.program("dmesg", "--color=never"),
    "printers": lambda _: programs.program("lpstat", "-p"),
    "firewall": lambda _: programs.program("nft", "list", "ruleset") if os.getuid() == 0 else None,
    "updates": lambda _: programs.program("apt-get", "--simulate", "--quiet", "upgrade"),
    "rpm": lambda _: programs.program("rpm", "-qa", "--queryformat=%{NAME} %{VERSION}-%{RELEASE} %{SIZE}\\n"),
}  # fmt: skip


def facts(wanted: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The named facts with their arguments; KeyError for one that is not on the list.

    The user's id and groups, which a namespace hides, and nlsh's own pid always come along.
    """
    found = {name: _FACTS[name](argument) for name, argument in wanted}
    return found | {"uid": os.getuid(), "groups": [os.getgid(), *os.getgroups()], "own_pids": [os.getpid()]}
