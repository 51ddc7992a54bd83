"""The mean of two checkpoints of one lineage: what each learnt while its rate fell, with less of the noise of both.

Of a checkpoint that has a running mean of its weights, that mean is taken. Both must have the same shape and have been trained on from common weights to a rate of nothing (Wortsman et al. 2022,
"Model soups", arXiv:2203.05482). `LOG.md` says what it was worth.

    python models/average.py FIRST.pt SECOND.pt [--share 0.42] [--out models/build/model.pt]
"""

import argparse
from pathlib import Path

import torch

BUILD = Path(__file__).parent / "build"


def main() -> None:
    """Read two, write their mean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second one")
    parser.add_argument("--out", type=Path, default=BUILD / "model.pt")
    options = parser.parse_args()
    state = torch.load(options.first, weights_only=True)
    other = torch.load(options.second, weights_only=True)
    if state["shape"] != other["shape"]:
        raise SystemExit(f"{options.first} and {options.second} have different shapes")
    second = other.get("mean", other["network"])
    first = state.pop("mean", state["network"])
    state["network"] = {
        name: torch.lerp(weight, second[name], options.share) for name, weight in first.items()
    }
    torch.save(state, options.out)


if __name__ == "__main__":
    main()
