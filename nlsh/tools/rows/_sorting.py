"""Ordering of values that may be missing or of different kinds."""

from typing import Any


def sort_key(value: Any) -> tuple[int, float, str]:
    """Numbers before words before nothing; words without case."""
    if isinstance(value, bool) or value is None:
        return (2, 0.0, "") if value is None else (0, float(value), "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value).lower())
