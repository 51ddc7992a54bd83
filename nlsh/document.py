"""A turn as the JSON document that scripts rely on."""

import json
import re
from dataclasses import asdict
from typing import Any

from nlsh.turn import Turn

_ACTING = re.compile(
    "[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)  # JSON itself escapes what is below a space


def document(turn: Turn) -> dict[str, Any]:
    """Every key of the contract, always; some more."""
    return {
        "utterance": turn.utterance.text,
        "session": turn.session,
        "turn": turn.number,
        "status": turn.status,
        "confidence": turn.confidence,
        "plan": [_call(turn, index) for index in range(len(turn.plan))],
        "results": [
            {"tool": step.call.tool}
            | {
                k: v
                for k, v in asdict(step.result).items()
                if k in ("kind", "rows", "value", "text", "notes")
            }
            for step in turn.steps
            if step.result is not None
        ],
        "answer": turn.answer,
        "undo": turn.undo,
        "error": turn.error,
        "alternatives": list(turn.alternatives),
        "preview": turn.preview,
        "timing": {name: turn.timing.get(name, 0) for name in ("load_ms", "plan_ms", "run_ms", "total_ms")},
    }


def _call(turn: Turn, index: int) -> dict[str, Any]:
    return {"tool": turn.plan[index].tool, "args": turn.plan[index].args}


def failed_document(
    utterance: str, code: str, message: str, hint: str, status: str = "failed"
) -> dict[str, Any]:
    """The document of a turn that never began."""
    return {
        "utterance": utterance, "session": None, "turn": 0, "status": status, "confidence": 0.0, "plan": [], "results": [],
        "answer": None, "undo": None, "error": {"code": code, "message": message, "hint": hint}, "alternatives": [],
        "preview": [], "timing": {"load_ms": 0, "plan_ms": 0, "run_ms": 0, "total_ms": 0},
    }  # fmt: skip


def dumps_line(value: Any) -> str:
    """One line of ASCII JSON."""
    return json.dumps(value) + "\n"


def dumps(value: Any) -> bytes:
    """UTF-8 JSON; bytes of names that are no UTF-8 come out as lone surrogate escapes, what acts on a terminal as escapes too."""
    text = _ACTING.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False, indent=2)
    )
    return text.encode("utf-8", "backslashreplace") + b"\n"
