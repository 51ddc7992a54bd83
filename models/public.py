"""Public pairs of a sentence and a command, turned into sentences with plans where the command maps cleanly.

Experts wrote these sentences without knowing nlsh: the only words in the training that are
not one author's. Each value of a plan must stand in its sentence; a pair whose command says
more than a plan can say, or whose sentence does not say what the command does, is left out.
Pairs of kinds that no plan can say at all serve as examples of what is not understood.
NL2Bash (Lin et al. 2018, MIT) and the like are read where present, and never copied.

    python models/public.py 30          prints thirty of them, and how many there are
"""

import json
import random
import re
import sys
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from commands import Unclear, plan_of
from slots import fill

from nlsh.turn import Call

FOLDER = HERE.parent.parent / "shared" / "data" / "utterances"
SETS = ("nl2bash", "nlc2cmd_extra", "agentbench_os_train")
LONGEST = 220
_NOT_OURS = re.compile(
    r"^(sudo )?(alias|set|shopt|screen|tmux|ssh|su|read|yes|bind|trap|source|exec|eval|complete)\b(?!.*environ)"
)


@dataclass(frozen=True)
class Pair:
    """A sentence and its plan; no calls when it is not for nlsh."""

    said: str
    calls: tuple[Call, ...]

    @property
    def held_out(self) -> bool:
        """Whether it is never trained on: strangers' sentences to measure by."""
        return zlib.crc32(self.said.lower().encode()) % 10 == 3


@cache
def pairs() -> tuple[Pair, ...]:
    """Every sentence that maps, with its plan, and sentences of kinds that no plan says, with none."""
    from lint import grounded  # lint.py reads corpus.py, which reads this module

    found: dict[str, tuple[Call, ...]] = {}
    for name in SETS:
        path = FOLDER / f"{name}.jsonl"
        for line in path.read_text("utf-8").splitlines() if path.exists() else []:
            row = json.loads(line)
            said = re.sub(r"^\((?:BSD|GNU|Linux)[^)]*\)\s*", "", row["nl"].strip())
            if len(said) > LONGEST or "\n" in said:
                continue
            try:
                calls = plan_of(said, row["cmd"].strip())
                if grounded(said, calls):
                    found.setdefault(said, calls)
            except (Unclear, IndexError, KeyError, ValueError, TypeError):
                if _NOT_OURS.match(row["cmd"].strip()) and len(said) < 120:
                    found.setdefault(said, ())
    return tuple(Pair(said, calls) for said, calls in found.items())


_SLOTS = {
    "under": "dir",
    "to": "dir",
    "text": "text",
    "owner": "user",
    "larger": "size",
    "smaller": "size",
    "older": "dur",
}


def varied(pair: Pair, random: random.Random) -> tuple[str, tuple[Call, ...]]:
    """The pair with some of its values replaced by others of their kind, so that none is learnt by heart."""
    said, calls = pair.said, pair.calls
    for number, call in enumerate(calls):
        for name, value in call.args.items():
            slot = _SLOTS.get(name)
            if slot is None or said.count(str(value)) != 1 or random.random() < 0.5:
                continue
            if name == "under" and not re.search(r"^[~/]|/", str(value)):
                continue
            new = fill(slot, random)
            said = said.replace(str(value), new)
            calls = (
                *calls[:number],
                Call(call.tool, {**calls[number].args, name: new}),
                *calls[number + 1 :],
            )
    if random.random() < 0.4:
        said = said[:1].lower() + said[1:]
    if random.random() < 0.3:
        said = said.rstrip(" .")
    return said, calls


def main() -> None:
    """Print some."""
    all_pairs = pairs()
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    for pair in random.sample(all_pairs, min(len(all_pairs), count)):
        print(pair.said, "\n      ->", " | ".join(f"{c.tool} {c.args}" for c in pair.calls) or "none")
    print(
        f"{len(all_pairs)} pairs, {sum(not pair.calls for pair in all_pairs)} of them not for nlsh,"
        f" {sum(pair.held_out for pair in all_pairs)} held out"
    )


if __name__ == "__main__":
    main()
