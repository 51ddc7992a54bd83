"""Commands that the user types: run by their own shell, with their aliases, in a process group that has the terminal.

Each command is a job, as in any shell: Ctrl-C and Ctrl-Z reach it alone, `fg` and `bg` let a
stopped one go on, a line that ends in `&` does not get the terminal. None of this is confined:
it is the user's own act, and no plan of a model gets here.
"""

import os
import re
import signal
import subprocess
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from nlsh.errors import ToolFailed

_WITH_ALIASES = ("bash", "zsh")  # fish reads its functions for every command; others have none in scripts
_ALIAS_SECONDS = 5.0
_NAME = re.compile(r"(?:alias )?([\w.+-]+)(?:=| \(\))")
STOPPED = 128 + signal.SIGTSTP


@dataclass(slots=True)
class Job:
    """A command that is stopped or in the background; its process group has the number of its first process."""

    number: int
    process: subprocess.Popen[bytes]
    line: str
    stopped: bool


class UserCommands:
    """Runs lines in the user's shell, and keeps their jobs."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._jobs: list[Job] = []
        self._shell = os.environ.get("SHELL") or "/bin/sh"
        self._aliases: frozenset[str] = frozenset()
        if os.path.basename(self._shell) in _WITH_ALIASES:
            threading.Thread(target=self._look_up, daemon=True).start()

    def known(self, word: str) -> bool:
        """Whether `word` is an alias or a function of the user's shell."""
        return word in self._aliases

    def run(self, line: str, cwd: str) -> int:
        """Run `line` until it ends or is stopped; its exit status as a shell would say it. ToolFailed when there is no shell."""
        line = line.strip()
        behind = line.endswith("&") and not line.endswith("&&")
        text = line[:-1].strip() if behind else line
        words = text.split()
        flags = ["-i", "+m"] if words and words[0] in self._aliases else []
        try:
            process = subprocess.Popen([self._shell, *flags, "-c", text], cwd=cwd, process_group=0)
        except OSError as error:
            raise ToolFailed(
                f"{self._shell}: {(error.strerror or 'error').lower()}", "set SHELL to your shell"
            ) from error
        job = Job(max((job.number for job in self._jobs), default=0) + 1, process, text, False)
        if behind:
            self._jobs.append(job)
            self._tell(f"[{job.number}] {process.pid}")
            return 0
        return self._forward(job)

    def job_word(self, line: str) -> int | None:
        """Carry out `fg`, `bg` and `jobs`, with the number of a job or none; None for any other line."""
        match = re.fullmatch(r"(fg|bg|jobs)(?:\s+%?(\d+))?", line.strip())
        if match is None or (match[1] == "jobs" and not self._jobs):
            return None
        if match[1] == "jobs":
            for job in self._jobs:
                self._tell(f"[{job.number}] {'stopped' if job.stopped else 'running'}  {job.line}")
            return 0
        wanted = int(match[2]) if match[2] else None
        found = [job for job in self._jobs if wanted in (None, job.number)]
        if not found:
            raise ToolFailed(
                f"there is no job {wanted}" if wanted else "there is no job", "jobs lists them", "no_job"
            )
        job = next((job for job in reversed(found) if job.stopped), found[-1])
        if match[1] == "fg":
            return self._forward(job, again=True)
        job.stopped = False
        self._signal(job, signal.SIGCONT)
        self._tell(f"[{job.number}] {job.line} &")
        return 0

    def reap(self) -> None:
        """Say which jobs have ended since the last time."""
        for job in list(self._jobs):
            if job.process.poll() is not None:
                self._jobs.remove(job)
                code = job.process.returncode
                self._tell(
                    f"[{job.number}] " + (f"ended with status {code}" if code else "done") + f"  {job.line}"
                )

    @property
    def stopped(self) -> int:
        """How many jobs wait to go on."""
        return sum(job.stopped for job in self._jobs)

    def leave(self) -> None:
        """End the stopped ones, as a shell does that ends: nobody could let them go on. Under nohup SIGHUP alone would not."""
        for job in self._jobs:
            if job.stopped:
                for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
                    self._signal(job, number)

    def _forward(self, job: Job, *, again: bool = False) -> int:
        """Give the job the terminal and wait for it; then the terminal is nlsh's again, as it was."""
        before = _attributes()
        _give_terminal(job.process.pid)
        if again:
            self._tell(job.line)
        # It may have asked for the terminal before it had it, and been stopped for that.
        self._signal(job, signal.SIGCONT)
        job.stopped = False
        try:
            _, status = os.waitpid(job.process.pid, os.WUNTRACED)
        except ChildProcessError:
            status = 0
        finally:
            _give_terminal(os.getpgrp())
        if os.WIFSTOPPED(status) or os.WIFSIGNALED(status):
            with suppress(OSError):
                os.write(1, b"\n")  # the cursor stands behind ^C or ^Z
        if os.WIFSTOPPED(status):
            _restore(before)
            job.stopped = True
            if job not in self._jobs:
                self._jobs.append(job)
            self._tell(f"[{job.number}] stopped  {job.line}   (fg goes on with it)")
            return STOPPED
        if job in self._jobs:
            self._jobs.remove(job)
        if os.WIFSIGNALED(status):
            _restore(before)
        code = os.waitstatus_to_exitcode(status)
        job.process.returncode = code
        return code if code >= 0 else 128 - code

    def _signal(self, job: Job, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(job.process.pid, number)

    def _look_up(self) -> None:
        """Ask the shell for its aliases and functions, once, without a terminal. What it does not say in time is not known."""
        ask = "alias; typeset -F 2>/dev/null | sed 's/^declare -f.* //; s/$/ ()/'"
        if os.path.basename(self._shell) == "zsh":
            ask = "alias; print -l ${(k)^functions}' ()'"
        try:
            said = subprocess.run(
                [self._shell, "-i", "+m", "-c", ask],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True, timeout=_ALIAS_SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return
        names = (_NAME.match(line) for line in said.stdout.decode("utf-8", "replace").splitlines())
        self._aliases = frozenset(match[1] for match in names if match and not match[1].startswith("_"))


def _give_terminal(group: int) -> None:
    """Make `group` the one that the terminal's keys reach; nothing where there is no terminal of ours."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # whoever is behind may not do this otherwise
    try:
        os.tcsetpgrp(0, group)
    except OSError:
        pass  # the group has ended already, or this is no terminal
    finally:
        signal.signal(signal.SIGTTOU, before)


def _attributes() -> list[object] | None:
    try:
        return list(termios.tcgetattr(0))
    except termios.error:
        return None


def _restore(attributes: list[object] | None) -> None:
    if attributes is not None:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, attributes)  # type: ignore[arg-type]
