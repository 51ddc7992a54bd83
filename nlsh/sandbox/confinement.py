"""Effects → the walls of one call. Pure: what comes out depends on what goes in alone.

The tier follows from the effects: 3 for an external command; 2 for a tool that only reads
(what it parses may be hostile, and `stat` and `readlink` would tell it of the rest of the disk),
that changes metadata, or whose tree holds something that it must not see; 1 for every other:
for plain changes, because no file can be moved from one granted folder of a root of its own to
another, and for a look at processes and devices, which are the rest of the machine.
"""

import os
from dataclasses import asdict, dataclass
from typing import Any, Literal

from nlsh.errors import Refused
from nlsh.protected import is_within, secret_paths
from nlsh.turn import Effects, Scene

Level = Literal["full", "python", "namespaces", "none"]
MAX_GRANTS = 100
_MACHINE = ("/proc", "/sys", "/dev")
_LOCKED = (".git/hooks", ".git/config", ".envrc", ".vscode", ".idea")


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the child of one call may see and touch; everything else is denied."""

    tier: Literal[1, 2, 3]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    processes: bool = False
    devices: bool = False
    signals: int = 0
    metadata: bool = False
    command: str | None = None
    cwd: str = "/"
    terminal: str = ""
    seconds: int = 600
    network: bool = False
    landlock: bool = True

    @property
    def paths(self) -> list[tuple[str, bool]]:
        """Every granted path and whether it may be written to, in the order of the descriptors."""
        return [*((path, False) for path in self.reads), *((path, True) for path in self.writes)]

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready record."""
        return asdict(self)


def from_dict(record: dict[str, Any]) -> Confinement:
    """The confinement that `as_dict` recorded."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
    return Confinement(**fields)


def confine(effects: Effects, scene: Scene, level: Level, own_state: tuple[str, ...]) -> Confinement:
    """The walls for a call with these effects; Refused where this kernel cannot build them.

    `own_state` are nlsh's own folders: they are hidden from every call whose grant holds them.
    """
    if level == "none":
        raise Refused(
            "this kernel cannot confine anything, so nothing is run",
            "nlsh needs Landlock (Linux 5.13 or newer) or user namespaces; nlsh doctor says more",
            "no_sandbox",
        )
    writes = collapse(effects.writes)
    reads = collapse(tuple(path for path in effects.reads if not any(is_within(path, w) for w in writes)))
    masks = _hidden_within((*reads, *writes), scene, (*own_state, *effects.hides))
    looks_around = effects.sees_processes or effects.sees_devices
    if level == "namespaces" and looks_around:
        raise Refused(
            "processes and devices cannot be looked at safely here",
            "this kernel has no Landlock; nlsh doctor says more",
            "no_sandbox",
        )
    if effects.command is not None:
        tier: Literal[1, 2, 3] = 3
    elif level == "namespaces" or effects.metadata or masks or _only_reads(effects, reads, looks_around):
        tier = 2
    else:
        tier = 1
    if level == "python" and tier == 3:
        raise Refused(
            "external commands cannot be confined here",
            "this kernel forbids user namespaces; nlsh doctor says more",
            "no_sandbox",
        )
    if level == "python" and masks:
        raise Refused(
            f"{masks[0]} cannot be hidden here", "name a folder that does not hold it", "no_sandbox"
        )
    if level == "python" and tier == 2:
        tier = 1
    locks = (
        tuple(path for path in (os.path.join(scene.cwd, name) for name in _LOCKED) if os.path.exists(path))
        if tier == 3
        else ()
    )
    return Confinement(
        tier, reads, writes, masks, locks, effects.sees_processes, effects.sees_devices, len(effects.signals),
        effects.metadata, effects.command, scene.cwd, effects.terminal, network=effects.network, landlock=level != "namespaces",
    )  # fmt: skip


def _only_reads(effects: Effects, reads: tuple[str, ...], looks_around: bool) -> bool:
    """Whether a call reads files of people, and does nothing else."""
    if effects.writes or effects.signals or looks_around:
        return False
    return bool(reads) and not any(is_within(path, place) for path in reads for place in _MACHINE)


def collapse(paths: tuple[str, ...]) -> tuple[str, ...]:
    """At most MAX_GRANTS paths that cover `paths`: too many become the folders that hold them."""
    kept = _outermost(paths)
    while len(kept) > MAX_GRANTS:
        depth = max(path.count("/") for path in kept)
        kept = _outermost(tuple(os.path.dirname(path) if path.count("/") == depth else path for path in kept))
    return kept


def _outermost(paths: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not is_within(path, kept[-1]):
            kept.append(path)
    return tuple(kept)


def _hidden_within(grants: tuple[str, ...], scene: Scene, own_state: tuple[str, ...]) -> tuple[str, ...]:
    hidden = []
    for secret in (*secret_paths(scene.home), *own_state):
        holds = any(is_within(secret, grant) and secret != grant for grant in grants)
        granted_inside = any(is_within(grant, secret) for grant in grants)
        if holds and not granted_inside and os.path.lexists(secret):
            hidden.append(secret)
    return tuple(hidden)
