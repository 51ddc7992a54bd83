"""What software is installed."""

import os
from importlib.metadata import distributions
from typing import Literal

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result, Row

_DPKG, _PACMAN = "/var/lib/dpkg/status", "/var/lib/pacman/local"
_NODE = ("/usr/lib/node_modules", "/usr/local/lib/node_modules")
_BREW = ("/opt/homebrew/Cellar", "/usr/local/Cellar", "/home/linuxbrew/.linuxbrew/Cellar")
_PYTHON = ("/usr/lib/python3/dist-packages", "/usr/local/lib")


class Packages(Args):
    """With what in the name, of which kind."""

    name: Text | None = None
    source: Literal["system", "python", "node"] | None = None


def effects(asked: Asked) -> Effects:
    """Reads the package managers' own records; those of rpm are fetched outside."""
    places = [
        path
        for path in (_DPKG, _PACMAN, *_NODE, *_BREW, *_python_folders(asked.scene.home))
        if os.path.exists(path)
    ]
    rpm = (("rpm", ""),) if os.path.isdir("/var/lib/rpm") and not os.path.exists(_DPKG) else ()
    return Effects(reads=tuple(dict.fromkeys(os.path.realpath(path) for path in places)), brokered=rpm)


def _python_folders(home: str) -> list[str]:
    found = list(_PYTHON)
    for base in ("/usr/local/lib", os.path.join(home, ".local", "lib")):
        found += [
            f"{base}/{name}/{kind}"
            for name in entries(base)
            if name.startswith("python3")
            for kind in ("site-packages", "dist-packages")
        ]
    return found


def run(work: Work) -> Result:
    """One row per package: name, version, source, size where it is known."""
    rows: list[Row] = []
    wanted = work.args.source
    if wanted in (None, "system"):
        rows += _dpkg() + _pacman() + _brew() + _rpm(str(work.facts.get("rpm") or ""))
    if wanted in (None, "python"):
        folders = [path for path in work.effects.reads if path.endswith("-packages")]
        found = {(d.metadata["Name"], d.version) for d in distributions(path=folders) if d.metadata["Name"]}
        rows += [
            {"name": name, "version": version, "source": "python", "size": None}
            for name, version in sorted(found)
        ]
    if wanted in (None, "node"):
        rows += [
            {"name": name, "version": "", "source": "node", "size": None}
            for base in _NODE
            for name in entries(base)
            if not name.startswith(".")
        ]
    if work.args.name:
        low = work.args.name.strip().lower()
        exact = [row for row in rows if str(row["name"]).lower() == low]
        near = [row for row in rows if low in str(row["name"]).lower()]
        # "python" is python3 before it is a part of some long name
        near.sort(key=lambda row: (not str(row["name"]).lower().startswith(low), len(str(row["name"]))))
        rows = exact or near
    return Result("records", rows, notes=[] if rows else ["no such package is installed"])


def _dpkg() -> list[Row]:
    rows: list[Row] = []
    for block in text(_DPKG).split("\n\n"):
        facts = dict(
            line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(" ")
        )
        if facts.get("Status", "").endswith(" installed"):
            rows.append(
                {
                    "name": facts["Package"],
                    "version": facts.get("Version", ""),
                    "source": "system",
                    "size": int(facts.get("Installed-Size", "0")) * 1024,
                }
            )
    return rows


def _pacman() -> list[Row]:
    split = (name.rsplit("-", 2) for name in entries(_PACMAN) if name.count("-") >= 2)
    return [
        {"name": name, "version": f"{version}-{release}", "source": "system", "size": None}
        for name, version, release in split
    ]


def _brew() -> list[Row]:
    return [
        {"name": name, "version": " ".join(entries(f"{base}/{name}")), "source": "system", "size": None}
        for base in _BREW
        for name in entries(base)
    ]


def _rpm(said: str) -> list[Row]:
    parts = (line.split() for line in said.splitlines())
    return [
        {"name": p[0], "version": p[1], "source": "system", "size": int(p[2])}
        for p in parts
        if len(p) == 3 and p[2].isdigit()
    ]


TOOL = Tool(
    summary="installed software",
    args=Packages,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which packages are installed",
        "is git installed",
        "which version of python packages do I have",
        "dpkg -l",
        "装了哪些软件包",
    ),
)
