"""The whole way of the model, small and short: tokenizer, training, checkpoint and resume, export, use.

Runs where the extra `train` is installed; what comes out knows nothing, and must be well-formed all the same.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlsh.agent.embedded import EmbeddedPlanner
from nlsh.tool import find_tool
from nlsh.turn import Utterance

pytest.importorskip("torch")
pytest.importorskip("tokenizers")
pytest.importorskip("gguf")
MODELS = Path(__file__).parents[1] / "models"


def script(build: Path, name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(MODELS / name), *arguments], env={**os.environ, "NLSH_BUILD": str(build)},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_model_comes_out_of_the_scripts(tmp_path: Path) -> None:
    small = ("--width", "64", "--layers", "2", "--hidden", "128")
    script(tmp_path, "tokenizer.py", "4000")
    script(tmp_path, "train.py", "--minutes", "0.2", *small)
    first = (tmp_path / "loss.tsv").read_text().splitlines()
    script(tmp_path, "train.py", "--minutes", "0.4", "--resume", *small)
    lines = [line.split("\t") for line in (tmp_path / "loss.tsv").read_text().splitlines()]
    assert len(lines) > len(first), "it did not go on from where it was"
    assert float(lines[-1][2]) < float(lines[0][2]), "nothing was learnt"
    script(tmp_path, "export.py", "--out", str(tmp_path / "small.gguf"))
    planner = EmbeddedPlanner(tmp_path / "small.gguf")
    for text in ("pdfs in Downloads", "kill firefox", "把图片移到桌面"):
        for call in planner.plan(Utterance(text, "/", time.time()), (), "none").calls:
            find_tool(call.tool).args(**call.args)
