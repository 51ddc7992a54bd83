"""Puts the parts together: the one place that knows them all.

The order is for speed: the sandbox helper starts first and gets ready while the model
loads, and neither waits for the other.
"""

import os
import pwd
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlsh import allowances, rulebook
from nlsh.agent.manners import Manners
from nlsh.agent.planner import Planner, Talker
from nlsh.agent.turns import Shell
from nlsh.config import EMBEDDED, Config, Folders, folders, home_folder, load, shipped_model
from nlsh.errors import NlshError, UsageError
from nlsh.memory.journal import Journal
from nlsh.memory.store import Store
from nlsh.options import Options, working_folder
from nlsh.policy import Rules
from nlsh.sandbox.client import Sandbox
from nlsh.turn import Call, Effects, Result, Scene

if TYPE_CHECKING:
    from nlsh.gguf import Header
    from nlsh.shelf import Shelf


LOADED: dict[Path, Planner] = {}  # models that the background process has loaded beforehand


@dataclass(frozen=True, slots=True)
class Talking:
    """A larger model: what it was called, where it is, and the header of its file where it is one."""

    name: str
    place: str
    header: "Header | None"


class Parts:
    """Everything that a way in needs, each made when it is first wanted."""

    def __init__(self, options: Options, notice: Callable[[str], None]) -> None:
        self.options = options
        self._started_in = _here()
        self.cwd = working_folder(options.cwd)
        self.folders: Folders = folders()
        self.config: Config = load(self.folders)
        self.home = home_folder()
        self.notice = notice
        self.sandbox = Sandbox(self.folders.own, self._log)
        self._planner: Planner | None = None
        self._talkers: dict[str, Talker] = {}

    @cached_property
    def store(self) -> Store:
        """The database."""
        store = Store(self.folders)
        if store.notice:
            self.notice(store.notice)
        return store

    @cached_property
    def journal(self) -> Journal:
        """The record of changes."""
        journal = Journal(self.store, self.folders, self.home, self.config.keep_saved_mb)
        journal.helper = self.sandbox.helper
        return journal

    def planner(self) -> Planner:
        """The model, loaded on first use."""
        if self._planner is None:
            from nlsh.agent.embedded import EmbeddedPlanner

            path = self.wanted if isinstance(self.wanted, Path) else shipped_model()
            self._planner = LOADED.get(path) or EmbeddedPlanner(path)
        return self._planner

    def model_path(self) -> Path:
        """The file of the model that plans: the one that was asked for, or the embedded one; for the audit log, too."""
        named = self._named()
        if not named or named == EMBEDDED:
            return shipped_model()
        place = self.shelf.place(named)
        return shipped_model() if "://" in place else Path(place).expanduser()

    @cached_property
    def shelf(self) -> "Shelf":
        """The models that are at hand."""
        from nlsh import shelf  # these two are for larger models, which most starts do not have

        return shelf.load(self.folders.data)

    @cached_property
    def wanted(self) -> "Path | Talking":
        """What was asked to plan: a file made for nlsh, or a larger model. UsageError for a name that is not known."""
        named = self._named()
        return self._resolved(named) if named else shipped_model()

    def _named(self) -> str:
        return self.options.model or self.config.model or (self.shelf.use if self._has_shelf() else "")

    def _has_shelf(self) -> bool:
        return "shelf" in self.__dict__ or (self.folders.data / "models.json").exists()

    def _resolved(self, named: str) -> "Path | Talking":
        if named == EMBEDDED:
            return shipped_model()
        place = self.shelf.place(named)
        if "://" in place:
            if place.partition("#")[0].endswith(".gguf"):
                raise UsageError(
                    f"models are not fetched from {place}",
                    "nlsh models pull fetches them; then name the file",
                )
            return Talking(named, place, None)
        path = Path(place).expanduser()
        if path == shipped_model():
            return path
        head = self.header(path)
        if "nlsh.companion" in head.metadata:
            self.header(path.parent / os.path.basename(str(head.metadata["nlsh.companion"])))
        return path if "nlsh.first_token" in head.metadata else Talking(named, str(path), head)

    def header(self, path: Path) -> "Header":
        """The header of a model file, read by a confined child. NlshError when it is not one."""
        if not path.is_file():
            raise NlshError(
                "model", f"there is no model at {path}", "name another with --model, or reinstall nlsh"
            )
        full = os.path.realpath(path)
        scene = Scene(self.cwd, self.home, time.time())
        found = self.sandbox.run(
            "_model_file", {"path": full}, scene, Effects(reads=(full,)), rows=[], kind="none", facts={}
        )
        assert isinstance(found, Result) and found.rows is not None
        from nlsh.gguf import from_record

        return from_record(found.rows[0])

    def _larger(self, shell: Shell, at_a_loss: bool) -> Talker | None:
        """The larger model that plans everything, or the one for what the embedded one makes nothing of; None where there is none."""
        if not at_a_loss:
            talking = self.wanted if self._named() else None
        else:
            larger = self.config.larger or (self.shelf.larger if self._has_shelf() else "")
            talking = self._resolved(larger) if larger else None
        if not isinstance(talking, Talking):
            return None
        if at_a_loss:
            self.notice(f"handing over to {talking.name}")
        if talking.name not in self._talkers:
            self._talkers[talking.name] = self._conversation(shell, talking)
        return self._talkers[talking.name]

    def _conversation(self, shell: Shell, talking: "Talking") -> Talker:
        from nlsh.agent.chat.choosing import conversation

        return conversation(
            talking, self.config, self.folders.config, shell, self.notice, offline=self.options.offline
        )

    def shell(self, manners: Manners) -> Shell:
        """A conversation, after what a crash left half done has been taken back."""
        session = self.store.session(self.options.session, self.cwd)
        shell = Shell(
            self.planner, self.sandbox, self.store, self.journal, self.rules, session, self.home, self.cwd, manners,
            threshold=self.config.threshold,
            log=self._log,
            settings=self._settings,
            allow=self._allow,
            model_path=self.model_path,
        )  # fmt: skip
        shell.larger = lambda at_a_loss: self._larger(shell, at_a_loss)
        if (found := rulebook.untrusted(self.folders.config, self.cwd, self.home)) is not None:
            self.notice(f"{found} is ignored until you trust it: nlsh policy trust")
        if self.options.session:
            shell.previous, shell.result = self.store.previous(session, self.cwd)
        if self.store.lasting and self.journal.cut_off():
            for line in shell.recover():
                self.notice(line)
        if self.store.lasting and (dropped := self.journal.age_out()):
            self.notice(dropped)
        if self.options.stdin:
            lines = sys.stdin.read().splitlines()
            shell.previous = (Call("files.search", {"text": "-"}),)
            shell.result = Result(
                "matches", [{"path": "-", "line": n, "text": text} for n, text in enumerate(lines, 1)]
            )
        return shell

    def _settings(self) -> dict[str, Any]:
        rows = [{"setting": name, "value": str(value)} for name, value in asdict(self.config).items()]
        return {"settings": rows, "file": str(self.folders.config / "config.toml")}

    def rules(self, cwd: str) -> Rules:
        """What policy depends on in `cwd`, as it is now."""
        path_folders = tuple(
            os.path.realpath(p)
            for p in os.environ.get("PATH", "").split(":")
            if os.path.isabs(p) and os.path.isdir(p)
        )
        return Rules(
            home=self.home,
            own=self.folders.own,
            write=self.config.write,
            external_commands=self.config.external_commands,
            external_as_root=self.config.external_as_root,
            uid=os.getuid(),
            user=_user_name(),
            path_folders=path_folders,
            hosts=self.config.hosts,
            allowed=allowances.load(self.folders.config),
            tiers=rulebook.load(self.folders.config, cwd, self.home, self._policy_file()),
            mounts=_mounts(),
        )

    def _policy_file(self) -> str | None:
        named = self.options.policy
        return None if named is None else os.path.join(self._started_in, os.path.expanduser(named))

    def _allow(self, allowance: allowances.Allowance) -> None:
        known = allowances.load(self.folders.config)
        if allowance not in known:
            allowances.save(self.folders.config, (*known, allowance))

    def _log(self, text: str) -> None:
        try:
            self.folders.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.folders.log.open("a", encoding="utf-8") as writer:
                writer.write(text.rstrip() + "\n")
        except OSError:
            pass  # a log that cannot be written must not hide the message on screen

    def close(self) -> None:
        """End the helper and close the database."""
        self.sandbox.close()
        if "store" in self.__dict__:
            self.store.close()


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "/"  # it has been removed meanwhile


def _user_name() -> str:
    """As psutil names the owners of processes."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _mounts() -> tuple[str, ...]:
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as reader:
            return tuple(line.split()[1].encode().decode("unicode_escape") for line in reader)
    except (OSError, UnicodeDecodeError, IndexError):
        return ("/",)
