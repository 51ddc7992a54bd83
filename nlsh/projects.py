"""Policy files of projects: where one is, and which of them a person has trusted, word for word."""

import hashlib
import json
import os
from pathlib import Path

from nlsh.errors import NlshError

PROJECT_FILE = ".nlsh/policy.toml"


def project_file(cwd: str, home: str) -> Path | None:
    """The nearest policy file of a project, from the current folder upwards; the home and what is above it has none."""
    folder = Path(cwd)
    for place in (folder, *folder.parents):
        if str(place) in (home, "/"):
            return None
        if (place / PROJECT_FILE).is_file():
            return place / PROJECT_FILE
    return None


def trust_file(config: Path, project: Path, text: str) -> None:
    """Write down that the file counts as long as it says exactly this."""
    known = _trusted(config) | {str(project): _digest(text)}
    path = config / "trusted.json"
    partial = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as writer:
            json.dump(known, writer, indent=1)
        os.replace(partial, path)
    except OSError as error:
        raise NlshError("failed", f"{path} cannot be written: {error}", "it is not trusted") from error


def is_trusted(config: Path, project: Path, text: str) -> bool:
    """Whether the user has trusted this file with exactly this text."""
    return _trusted(config).get(str(project)) == _digest(text)


def _trusted(config: Path) -> dict[str, str]:
    try:
        known = json.loads((config / "trusted.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # nothing is trusted then
    return known if isinstance(known, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
