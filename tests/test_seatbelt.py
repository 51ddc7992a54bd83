"""The text of profiles for macOS. They have not been run on one: what is tested is that the text says what the walls say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlsh.sandbox.confinement import Confinement
from nlsh.sandbox.seatbelt import profile


def rules(text: str) -> list[str]:
    """The rules of a profile: expressions whose brackets close, at the top level alone."""
    found, depth, current, quoted, escaped = [], 0, "", False, False
    for c in text:
        current += c
        if quoted:
            quoted, escaped = (c != '"' or escaped), (c == "\\" and not escaped)
            continue
        quoted = c == '"'
        depth += (c == "(") - (c == ")")
        assert depth >= 0
        if c == ")" and depth == 0:
            found.append(current.strip())
            current = ""
    assert depth == 0 and not quoted and not current.strip()
    return found


def test_everything_is_denied_but_what_was_granted() -> None:
    found = rules(profile(Confinement(1, reads=("/Users/a/in",), writes=("/Users/a/out",), cwd="/Users/a")))
    assert found[:2] == ["(version 1)", "(deny default)"]
    allowed = [rule for rule in found if rule.startswith("(allow")]
    assert '(allow file-read* (subpath "/Users/a/in"))' in allowed
    assert '(allow file-read* file-write* (subpath "/Users/a/out"))' in allowed
    assert not [
        rule for rule in allowed if "network" in rule or "process-exec" in rule or "process-fork" in rule
    ]
    assert not [
        rule
        for rule in allowed
        if "file-write" in rule and "/dev/" not in rule and "/Users/a/out" not in rule
    ]


def test_what_is_hidden_comes_last() -> None:
    """The last rule that fits wins there."""
    walls = Confinement(
        2, writes=("/Users/a",), masks=("/Users/a/.ssh",), locks=("/Users/a/.envrc",), metadata=True
    )
    found = rules(profile(walls))
    assert found[-1] == '(deny file-read* file-write* (subpath "/Users/a/.ssh"))'
    assert found[-2] == '(deny file-write* (subpath "/Users/a/.envrc"))'
    assert not [rule for rule in found if rule.startswith("(deny file-write-mode")]


@pytest.mark.parametrize("network", [True, False])
def test_a_command_may_fork_and_has_the_network_by_grant_alone(network: bool) -> None:
    found = rules(
        profile(Confinement(3, writes=("/Users/a/w",), command="make", cwd="/Users/a/w", network=network))
    )
    assert "(allow process-fork)" in found
    assert any(rule.startswith("(allow network-outbound") for rule in found) == network


@given(st.text(min_size=1, max_size=40))
def test_no_path_says_more_than_a_path(name: str) -> None:
    """Whatever a folder is called, it adds one rule, and its name is one string."""
    with_name = rules(profile(Confinement(1, reads=("/" + name,))))
    plain = rules(profile(Confinement(1, reads=("/x",))))
    assert len(with_name) == len(plain)
    (own,) = set(with_name) - set(plain) or {'(allow file-read* (subpath "/x"))'}
    assert re.fullmatch(r'\(allow file-read\* \(subpath "(?:[^"\\]|\\.)*"\)\)', own, re.DOTALL)


def test_relative_paths_are_no_grant() -> None:
    with pytest.raises(ValueError, match="not absolute"):
        profile(Confinement(1, reads=("x",)))
