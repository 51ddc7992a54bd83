"""Task files on a cluster of this machine: once on every node, each once on any, lost nodes, strangers."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from nlsh.cluster.certificates import certificates, make
from nlsh.cluster.node import Work, carry_out
from nlsh.config import Folders
from nlsh.errors import NlshError
from nlsh.turn import Call
from tests.conftest import sleepers
from tests.test_tasks import compile_to

pytest.importorskip("distributed", reason="clusters are an extra")
pytest.importorskip("cryptography", reason="clusters are an extra")


@dataclass
class Cluster:
    """One that runs, and the home that it runs in."""

    home: Path
    address: str
    pid: int

    @property
    def work(self) -> Path:
        """The folder that its task files work in."""
        return self.home / "work"

    def run(self, *args: str, home: Path | None = None) -> "subprocess.CompletedProcess[bytes]":
        """`nlsh run` there."""
        return subprocess.run(
            [sys.executable, "-m", "nlsh", "run", *args, "--cluster", self.address, "--json"], cwd=self.work,
            env=environment(home or self.home), capture_output=True, check=False,
        )  # fmt: skip

    def start(self, *args: str) -> "subprocess.Popen[bytes]":
        """The same, not waited for."""
        return subprocess.Popen(
            [sys.executable, "-m", "nlsh", "run", *args, "--cluster", self.address, "--json"], cwd=self.work,
            env=environment(self.home), stdout=subprocess.PIPE,
        )  # fmt: skip

    def workers(self) -> list[psutil.Process]:
        """The workers that have done something: they have a sandbox helper."""
        found = []
        for process in psutil.Process(self.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                parent = process.parent()
                if helps(process) and parent is not None and not helps(parent):
                    found.append(parent)
        return found


def helps(process: psutil.Process) -> bool:
    try:
        return "nlsh.sandbox.zygote" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def environment(home: Path) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("XDG_")} | {"HOME": str(home)}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("cluster") / "home"
    (home / "work").mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "nlsh",
        "cluster",
        "start",
        "--workers",
        "3",
        "--port",
        "0",
        "--resource",
        "disk=2",
    ]
    process = subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, cwd=home)
    assert process.stdout is not None
    address = process.stdout.readline().decode().strip()
    yield Cluster(home, address, process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0


def compiled(work: Path, name: str, *steps: Sequence[Call], extra: str = "") -> Path:
    file = work / name
    text = "".join(f"## S{number}\ndo {number}\n{extra}" for number in range(len(steps)))
    compile_to(file, text, {f"do {number}": calls for number, calls in enumerate(steps)})
    return file


def append(text: str) -> list[Call]:
    return [Call("files.append", {"path": "log.txt", "text": text})]


def nap(seconds: float) -> list[Call]:
    return [Call("shell.run", {"command": f"sleep {seconds}"})]


def document(done: "subprocess.CompletedProcess[bytes]") -> dict[str, Any]:
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_every_node_carries_it_out(cluster: Cluster) -> None:
    file = compiled(cluster.work, "facts.md", [Call("system.info", {})], [Call("memory.usage", {})])
    said = document(cluster.run(str(file), "--every-node", "--need", "disk=1"))
    assert said["status"] == "done" and len({record["node"] for record in said["nodes"]}) == 3
    assert all(record["steps"] == 2 and record["results"][0]["rows"] for record in said["nodes"])


def test_files_are_spread_and_each_acts_once(cluster: Cluster) -> None:
    (cluster.work / "log.txt").write_text("")
    files = [str(compiled(cluster.work, f"line{n}.md", append(f"line{n}"))) for n in range(12)]
    refused = cluster.run(*files, "--spread", "--cwd", str(cluster.work))
    assert refused.returncode == 2, "what changes other machines is agreed to beforehand"
    done = cluster.run(*files, "--spread", "--yes", "--cwd", str(cluster.work))
    assert done.returncode == 0, done.stdout
    assert [record["file"] for record in document(done)["nodes"]] == files
    assert sorted((cluster.work / "log.txt").read_text().split()) == sorted(f"line{n}" for n in range(12))


def test_a_part_that_fails_is_told_as_a_part(cluster: Cluster) -> None:
    good = compiled(cluster.work, "good.md", [Call("system.time", {})])
    bad = compiled(cluster.work, "bad.md", [Call("system.time", {})], extra="expect: never.txt exists\n")
    done = cluster.run(str(good), str(bad), "--spread")
    said = document(done)
    assert done.returncode == 6 and (said["status"], said["done"], said["failed"]) == ("partial", 1, 1)
    assert "never.txt" in said["nodes"][1]["message"]


def test_a_worker_that_is_killed_loses_nothing(cluster: Cluster) -> None:
    """kill -9 in the middle: the others take its work over, and no line is there twice."""
    (cluster.work / "log.txt").write_text("")
    files = [str(compiled(cluster.work, f"slow{n}.md", nap(0.2), append(f"slow{n}"))) for n in range(18)]
    child = cluster.start(*files, "--spread", "--yes", "--cwd", str(cluster.work))
    while len((cluster.work / "log.txt").read_text().split()) < 4:
        assert child.poll() is None
        time.sleep(0.01)
    cluster.workers()[0].kill()
    out, _ = child.communicate(timeout=120)
    assert child.returncode == 0, out
    assert sorted((cluster.work / "log.txt").read_text().split()) == sorted(f"slow{n}" for n in range(18))


def test_a_node_that_is_lost_is_told_as_lost(cluster: Cluster) -> None:
    file = compiled(cluster.work, "long.md", nap(4), [Call("system.time", {})])
    child = cluster.start(str(file), "--every-node", "--yes", "--cwd", str(cluster.work))
    while not (sleeping := sleepers(cluster.pid)):
        assert child.poll() is None
        time.sleep(0.02)
    victim = next(p for p in sleeping[0].parents() if p in cluster.workers())
    victim.kill()
    out, _ = child.communicate(timeout=120)
    states = sorted(record["state"] for record in json.loads(out)["nodes"])
    assert child.returncode == 75 and states == ["done", "done", "lost"]


def test_who_has_no_certificate_of_the_cluster_is_turned_away(cluster: Cluster, tmp_path: Path) -> None:
    file = compiled(cluster.work, "facts2.md", [Call("system.info", {})])
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    none = cluster.run(str(file), "--every-node", home=stranger)
    assert none.returncode == 2 and b"there is no" in none.stderr + none.stdout
    own = Folders(stranger / ".config" / "nlsh", stranger, stranger, stranger)
    make(certificates(own))
    assert (certificates(own).key.stat().st_mode & 0o777) == 0o600
    other = cluster.run(str(file), "--every-node", home=stranger)
    assert other.returncode == 75 and b"turned" in other.stdout
    from distributed import Client

    with pytest.raises((OSError, TimeoutError, TypeError)):
        Client(cluster.address, timeout=3)


def test_work_that_is_handed_out_twice_acts_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "work")
    (home / "work" / "log.txt").write_text("")
    file = compiled(home / "work", "once.md", append("once"))
    lock = file.with_name("once.md.lock").read_text()
    work = Work("once.md", file.read_text(), lock, "thiskey", str(home / "work"))
    first, second = carry_out([work]), carry_out([work])
    assert (first[0]["state"], second[0]["state"], second[0]["message"]) == (
        "done",
        "done",
        "was done before",
    )
    assert (home / "work" / "log.txt").read_text().split() == ["once"]
    lost = carry_out([Work("once.md", file.read_text(), "{}", "other")])
    assert lost[0]["state"] == "failed" and "damaged" in lost[0]["message"]
    nowhere = carry_out([Work("once.md", file.read_text(), lock, "third", "/no/such/folder")])
    assert nowhere[0]["state"] == "failed" and "no folder" in nowhere[0]["message"]


def test_bad_input_is_said_in_one_line(home: Path) -> None:
    from nlsh.cluster_commands import needs

    assert needs(["gpu=1", "disk=2"]) == {"gpu": 1, "disk": 2}
    for said in ("gpu", "gpu=x", "=1", "gpu=0"):
        with pytest.raises(NlshError):
            needs([said])
