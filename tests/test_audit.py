"""The audit log: every call is in it, and what was tampered with shows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nlsh.agent.turns import Shell
from nlsh.memory.audit import Audit
from nlsh.turn import Call


def test_every_call_is_in_the_chain(make: Callable[..., Shell], home: Path) -> None:
    (home / "work" / "a.txt").write_text("x")
    make(Call("files.find", {"type": "txt"}), Call("files.delete", {}), yes=True).say("delete the txt files")
    make(Call("files.delete", {"path": "/etc/passwd"}), yes=True).say("delete /etc/passwd")
    shell = make(Call("files.read", {"path": "nothing"}))
    shell.say("read nothing")
    records = [record for _, record, _ in Audit(shell.store).records()]
    assert [(r["tool"], r["status"], r["verdict"]) for r in records] == [
        ("files.find", "done", "allow"), ("files.delete", "done", "ask"), ("files.delete", "refused", "deny"), ("files.read", "failed", None),
    ]  # fmt: skip
    assert records[1]["effects"]["changes"] == 1 and records[1]["said"] == "delete the txt files"
    assert records[2]["rule"] == "system" and records[1]["sandbox"] == "full"
    verdict = Audit(shell.store).verify()
    assert verdict.count == 4 and verdict.broken is None


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("update audit set record = replace(record, 'a.txt', 'b.txt') where id = 2", 2),
        ("delete from audit where id = 2", 3),
        ("update audit set hash = (select hash from audit where id = 1) where id = 3", 3),
        ("delete from audit where id = 1", 2),
    ],
)
def test_what_was_tampered_with_shows(make: Callable[..., Shell], tampering: str, broken: int) -> None:
    shell = make(Call("files.find", {"name": "a.txt"}))
    for _ in range(4):
        shell.say("find a.txt")
    audit = Audit(shell.store)
    assert audit.verify().broken is None
    shell.store.connection.execute(tampering)
    assert audit.verify().broken == broken
