"""Fits confidence: the probability that a plan is right, on phrasings that were never trained on.

A logistic curve over what the decoder saw (see `features` in nlsh/agent/embedded.py).
Writes models/build/confidence.json, which export.py puts into the GGUF, and prints a
reliability table.

    python models/calibrate.py [--gguf FILE] [--fillings 5] [--reluctance 0]
"""

import argparse
import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import numpy as np
from corpus import Builder, phrasings
from evaluate import values
from tokenizer import BUILD

from nlsh.agent.embedded import COST_OF_CHANGING, COST_OF_READING, EmbeddedPlanner, features
from nlsh.turn import Utterance

RELUCTANCES = (0.0, 0.7, 1.4, 2.1)
OUT = BUILD / "confidence.json"


def observations(planner: EmbeddedPlanner, fillings: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and rightness of every held-out example with a proposal, `fillings` of each phrasing."""
    builder = Builder(99)
    rows, marks = [], []
    total = good = 0
    for phrasing in phrasings():
        if not phrasing.held_out:
            continue
        for _ in range(fillings):
            example = builder.make(phrasing)
            said = Utterance(example.text, "/home/user/work", time.time())
            calls, chances = planner.read(said, example.previous, example.kind)
            right = values(calls) == values(example.calls)
            total, good = total + 1, good + right
            if calls:
                rows.append(features(chances))
                marks.append(float(right))
    print(f"held-out phrasings: {good} of {total} exact ({good / total:.1%})")
    return np.array(rows), np.array(marks)


def reluctance(planner: EmbeddedPlanner) -> float:
    """By how many nats "nothing is meant" must lead, so that most held-out examples come out right."""
    best, most = 0.0, -1
    for candidate in RELUCTANCES:
        planner.reluctance = candidate
        builder = Builder(55)
        right = 0
        for phrasing in phrasings():
            if not phrasing.held_out:
                continue
            weight = (
                3 if phrasing.plan == "none" else 1
            )  # to act on small talk costs more than to ask once too often
            for _ in range(3):
                example = builder.make(phrasing)
                said = Utterance(example.text, "/home/user/work", time.time())
                calls, _ = planner.read(said, example.previous, example.kind)
                right += weight * (values(calls) == values(example.calls))
        print(f"reluctance {candidate}: {right}")
        if right > most:
            best, most = candidate, right
    planner.reluctance = best
    return best


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Logistic regression with a little ridge, by Newton's method."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - y) + 0.5 * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 0.5 * np.eye(len(w))
        w -= np.linalg.solve(hessian, gradient)
    return w


def main() -> None:
    """Fit and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gguf", type=Path, default=HERE / "nlsh.gguf")
    parser.add_argument("--fillings", type=int, default=12)
    parser.add_argument("--reluctance", type=float, default=None, help="in nats; searched for by default")
    options = parser.parse_args()
    planner = EmbeddedPlanner(options.gguf)
    if options.reluctance is not None:
        planner.reluctance = options.reluctance
    reluctant = reluctance(planner) if options.reluctance is None else options.reluctance
    x, y = observations(planner, options.fillings)
    w = fit(x, y)
    p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
    for cost in (COST_OF_READING, COST_OF_CHANGING):
        above = p >= cost / (1 + cost)
        print(f"from {cost / (1 + cost):.2f} on: {y[above].mean():.1%} right at {above.mean():.1%} coverage")
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if inside.any():
            print(f"  said {low:.1f} to {low + 0.1:.1f}: {y[inside].mean():.1%} right of {inside.sum()}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(
        json.dumps({"weights": [round(float(v), 5) for v in w], "reluctance": reluctant}) + "\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
