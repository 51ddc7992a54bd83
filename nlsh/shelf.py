"""The models that are at hand: those that a person named, and those that other programs left on this disk.

Names are kept in models.json in nlsh's data folder. Other programs' folders are only looked at: the caches of Hugging
Face and llama.cpp, Ollama's and LM Studio's.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlsh.config import EMBEDDED
from nlsh.errors import NlshError, UsageError


@dataclass(slots=True)
class Shelf:
    """Names → paths or addresses, and which one plans (`use`) and which one is asked when the embedded one is at a loss (`larger`)."""

    file: Path
    names: dict[str, str] = field(default_factory=dict)
    use: str = ""
    larger: str = ""

    def save(self) -> None:
        """Write it down, whole or not at all."""
        partial = self.file.with_name(self.file.name + ".part")
        content = {"names": self.names, "use": self.use, "larger": self.larger}
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
            os.replace(partial, self.file)
        except OSError as error:
            raise NlshError(
                "failed", f"{self.file} cannot be written: {(error.strerror or 'error').lower()}"
            ) from error

    def place(self, name: str) -> str:
        """The path or address behind a name; a path or address as it is. UsageError for a name that is not known."""
        if name in self.names:
            return self.names[name]
        if "://" in name or os.sep in name or name.endswith(".gguf") or os.path.exists(name):
            return name
        found = [
            str(path)
            for where, path in on_disk()
            if name in (path.name, title(path), path.stem) or name == where
        ]
        if len(found) == 1:
            return found[0]
        raise UsageError(f"there is no model called {name}", "nlsh models list shows what there is")


def load(data: Path) -> Shelf:
    """The shelf; an empty one where there is none. UsageError for a file that is not one."""
    file = data / "models.json"
    try:
        found = json.loads(file.read_text("utf-8"))
        names = {str(name): str(place) for name, place in found.get("names", {}).items()}
        return Shelf(file, names, str(found.get("use", "")), str(found.get("larger", "")))
    except FileNotFoundError:
        return Shelf(file)
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(f"{file} cannot be read: {error}", "mend it, or move it away") from error


def checked_name(name: str) -> str:
    """A name that can be typed. UsageError for another."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) or name == EMBEDDED:
        raise UsageError(f"'{name}' cannot be the name of a model", "use letters, digits, dots and dashes")
    return name


def folders() -> list[tuple[str, Path]]:
    """Where other programs keep models: the program, and the folder."""
    home = Path.home()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    hub = Path(
        os.environ.get("HF_HUB_CACHE") or Path(os.environ.get("HF_HOME") or cache / "huggingface") / "hub"
    )
    return [
        ("Hugging Face", hub), ("llama.cpp", Path(os.environ.get("LLAMA_CACHE") or cache / "llama.cpp")),
        ("LM Studio", home / ".lmstudio" / "models"), ("LM Studio", cache / "lm-studio" / "models"),
        ("Ollama", Path(os.environ.get("OLLAMA_MODELS") or home / ".ollama" / "models")),
    ]  # fmt: skip


def on_disk() -> Iterator[tuple[str, Path]]:
    """Every model file of other programs: the program and the file, each file once."""
    seen: set[str] = set()
    for program, folder in folders():
        files = (
            _ollama(folder)
            if program == "Ollama"
            else sorted(folder.rglob("*.gguf"))
            if folder.is_dir()
            else []
        )
        for path in files:
            real = os.path.realpath(path)
            if real not in seen and not re.search(r"mmproj|-0000[2-9]-of-|-000[1-9]\d-of-", path.name):
                seen.add(real)
                yield program, path


def _ollama(folder: Path) -> list[Path]:
    """Ollama names its files by digests; its manifests say which of them are models."""
    found = []
    for manifest in sorted((folder / "manifests").rglob("*")) if (folder / "manifests").is_dir() else []:
        try:
            layers: list[dict[str, Any]] = (
                json.loads(manifest.read_text("utf-8"))["layers"] if manifest.is_file() else []
            )
            digests = [
                str(layer["digest"]) for layer in layers if str(layer["mediaType"]).endswith("image.model")
            ]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # not one of its manifests
        found += [
            path
            for d in digests
            if re.fullmatch(r"sha256:[0-9a-f]{64}", d)
            and (path := folder / "blobs" / d.replace(":", "-")).is_file()
        ]
    return found


def title(path: Path) -> str:
    """What a person would call a file of another program's."""
    return path.stem if path.suffix == ".gguf" else path.name[:19]
