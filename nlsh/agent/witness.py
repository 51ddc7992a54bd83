"""What the audit log says of one call: who asked for what, what was judged, what came of it."""

import hashlib
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from nlsh.policy import Rules
from nlsh.turn import Effects, Status, Step, Turn

_EDGE_BYTES = 1 << 20
_PATHS = 50  # of each kind; the count is always there


def record(
    turn: Turn,
    position: int,
    step: Step,
    status: Status,
    effects: Effects | None,
    rules: Rules,
    *,
    level: str,
    model: str,
) -> dict[str, Any]:
    """One JSON-ready record. `level` is the sandbox's, `model` the digest of the one that planned."""
    decision, result = step.decision, step.result
    return {
        "at": round(turn.utterance.now, 3), "session": turn.session, "turn": turn.number, "position": position,
        "said": turn.utterance.text, "cwd": turn.utterance.cwd, "tool": step.call.tool, "args": step.args,
        "confidence": turn.confidence, "model": model, "policy": policy_digest(rules), "sandbox": level,
        "verdict": decision.verdict if decision else None, "rule": decision.rule if decision else None,
        "effects": _effects(effects), "status": status, "changed": result.changed if result else 0,
    }  # fmt: skip


def _effects(effects: Effects | None) -> dict[str, Any] | None:
    if effects is None:
        return None
    found: dict[str, Any] = {
        "reads": list(effects.reads[:_PATHS]), "writes": list(effects.writes[:_PATHS]), "changes": len(effects.changes),
        "deletes": list(effects.deletes[:_PATHS]), "signals": [target.label for target in effects.signals[:_PATHS]],
        "command": effects.command, "contacts": list(effects.contacts), "brokered": [name for name, _ in effects.brokered],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def policy_digest(rules: Rules) -> str:
    """A short name for the rules that were in force."""
    return hashlib.sha256(repr(sorted(asdict(rules).items())).encode()).hexdigest()[:12]


@cache
def model_digest(path: Path | None) -> str:
    """A short name for a model's file, from its size and its first and last mebibyte; "" when there is none."""
    try:
        with open(path or "", "rb") as reader:
            size = os.fstat(reader.fileno()).st_size
            head = reader.read(_EDGE_BYTES)
            reader.seek(max(0, size - _EDGE_BYTES))
            return hashlib.sha256(b"%d\n" % size + head + reader.read(_EDGE_BYTES)).hexdigest()[:12]
    except OSError:
        return ""
