"""Tables in text: CSV, TSV, JSON, JSON lines, YAML and TOML to rows, and rows to them."""

import csv
import io
import json
import os
import tomllib
from datetime import date, datetime, time
from typing import Any

import yaml

from nlsh.errors import ToolFailed
from nlsh.turn import Row

LIMIT_BYTES = 256 * 1024 * 1024
FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".yaml": "yaml",
    ".yml": "yaml", ".toml": "toml", ".md": "markdown", ".markdown": "markdown", ".txt": "csv",
}  # fmt: skip
csv.field_size_limit(LIMIT_BYTES)


def read_rows(path: str) -> list[Row]:
    """The rows of a table in a file, by its ending; ToolFailed, with the place, when it is none.

    Of JSON, YAML and TOML a list of objects is the rows; else the first list of objects inside; else one row.
    """
    with open(path, "rb") as reader:
        data = reader.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise ToolFailed(f"{path} is larger than {LIMIT_BYTES // 1024**2} MiB", "split it first", "too_large")
    text = data.decode("utf-8-sig", "replace")
    kind = FORMATS.get(os.path.splitext(path)[1].lower(), "csv")
    try:
        if kind in ("csv", "tsv"):
            return _from_csv(text, kind)
        if kind == "jsonl":
            return [_row(json.loads(line)) for line in text.splitlines() if line.strip()]
        value = (
            json.loads(text)
            if kind == "json"
            else tomllib.loads(text)
            if kind == "toml"
            else yaml.safe_load(text)
        )
    except (ValueError, yaml.YAMLError, csv.Error, RecursionError) as error:
        reason = " ".join(str(error).split())[:160]
        raise ToolFailed(
            f"{os.path.basename(path)} is not {kind}: {reason}", "mend the file, or read it as text", "format"
        ) from error
    return _rows(value)


def _from_csv(text: str, kind: str) -> list[Row]:
    sample = text[:8192]
    mark = "\t" if kind == "tsv" else max(",;\t|", key=sample.split("\n", 1)[0].count)
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    if not table:
        return []
    names = [name.strip() or f"column {n}" for n, name in enumerate(table[0], 1)]
    for n, name in enumerate(names):
        if name in names[:n]:
            names[n] = f"{name} {n + 1}"
    return [dict(zip(names, map(_value, line), strict=False)) for line in table[1:] if any(line)]


def _value(text: str) -> Any:
    """A number where the whole cell is one and says it in the usual way; else the text."""
    said = text.strip()
    if not said:
        return None
    if said[0] in "+-.0123456789" and len(said) < 40:
        if (
            said.lstrip("-").isascii()
            and said.lstrip("-").isdigit()
            and not (said.lstrip("-").startswith("0") and len(said.lstrip("-")) > 1)
        ):
            return int(said)
        try:
            if "_" not in said and not said.startswith(("+", "00")):
                return float(said)
        except ValueError:
            return said
    return said


def _rows(value: Any) -> list[Row]:
    if isinstance(value, list):
        return [_row(item) for item in value]
    if isinstance(value, dict):
        for inner in value.values():
            if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
                return [_row(item) for item in inner]
        if value and all(isinstance(inner, dict) for inner in value.values()):
            return [{"key": str(name), **_row(inner)} for name, inner in value.items()]
        return [_row(value)] if value else []
    return [] if value is None else [{"value": _plain(value)}]


def _row(item: Any) -> Row:
    return (
        {str(name): _plain(inner) for name, inner in item.items()}
        if isinstance(item, dict)
        else {"value": _plain(item)}
    )


def _plain(value: Any) -> Any:
    """What fits a cell: nested things as JSON."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)


def write_rows(rows: list[Row], kind: str) -> str:
    """The rows as a text of `kind`; columns in the order in which they first occur."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if kind == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if kind == "yaml":
        return str(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False))
    if kind == "markdown":
        table = [names, ["---"] * len(names), *([_cell(row.get(name)) for name in names] for row in rows)]
        return "".join("| " + " | ".join(line) + " |\n" for line in table)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if kind == "tsv" else ",", lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if row.get(name) is None else row.get(name) for name in names] for row in rows])
    return out.getvalue()


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
