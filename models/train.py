"""Training, from nothing to a checkpoint, on a clock.

Fresh sentences are generated all along; the loss counts the plan only. Muon for the
hidden matrices and AdamW for the rest (Jordan et al. 2024; torch.optim.Muon), learning
rates constant for the first 40 % of the time, then linearly to nothing.

    python models/train.py --minutes 60 [--resume] [--threads 1] [--device cpu] [--peak 1]

Writes models/build/model.pt every few minutes (weights, their running mean, optimiser, seconds
trained) and models/build/loss.tsv, and once more when it is told to end; `--resume` goes on from there. The running mean of the weights
(Polyak averaging, over some MEAN_STEPS steps) is what average.py takes of a checkpoint that has one.
"""

import argparse
import copy
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import torch
from corpus import Example, Stream
from network import Network, Shape
from tokenizer import BUILD, ids, load
from torch.nn import functional

from nlsh.agent.notation import END, NONE, PAD, prompt, spell
from nlsh.agent.spans import may_end

BATCH_TOKENS = 4096
BUCKETS = 12
SAVE_SECONDS = 240
MEAN_STEPS = 400


class Encoder:
    """Examples → token ids and where the plan begins."""

    def __init__(self) -> None:
        self.tokenizer = load()
        self.ids = ids(self.tokenizer)

    def parts(self, parts: list[tuple[str, bool]]) -> list[int]:
        """Token ids of spelt parts."""
        found: list[int] = []
        for text, functional_token in parts:
            found += [self.ids[text]] if functional_token else self.tokenizer.encode(text).ids
        return found

    def example(self, example: Example) -> tuple[list[int], int, set[int]]:
        """The whole sequence, the length of its prompt, and the places that the decoder's grammar leaves no choice for."""
        asked = self.parts(prompt(example.text, example.previous, example.kind))
        sequence, forced = list(asked), set()
        for text, functional_token in spell(example.calls) if example.calls else [(NONE, True)]:
            if functional_token:
                sequence.append(self.ids[text])
                continue
            found = self.tokenizer.encode(text)
            for number, (token, (start, _)) in enumerate(zip(found.ids, found.offsets, strict=True)):
                if number and not may_end(text, start):
                    forced.add(len(sequence))
                sequence.append(token)
        return [*sequence, self.ids[END]], len(asked), forced


def batches(encoder: Encoder, stream: Stream, context: int):
    """Endless batches of like lengths: ids, targets (-100 where the loss does not look), and the examples' keys."""
    while True:
        pool = []
        for example in stream:
            item = (*encoder.example(example), example.key)
            if len(item[0]) <= context:
                pool.append(item)
            if len(pool) >= BUCKETS * 96:
                break
        pool.sort(key=lambda item: len(item[0]))
        chunks, chunk = [], []
        for item in pool:
            if chunk and (len(chunk) + 1) * len(item[0]) > BATCH_TOKENS:
                chunks.append(chunk)
                chunk = []
            chunk.append(item)
        if len(chunk) * len(chunk[-1][0]) > BATCH_TOKENS // 2:
            chunks.append(chunk)  # a handful left over would weigh as much as a whole batch
        stream.random.shuffle(chunks)
        for chunk in chunks:
            width = max(len(item[0]) for item in chunk)
            inputs = torch.full((len(chunk), width), encoder.ids["<pad>"])
            targets = torch.full((len(chunk), width), -100)
            for row, (sequence, begin, forced, _) in enumerate(chunk):
                inputs[row, : len(sequence)] = torch.tensor(sequence)
                wanted = [-100 if begin + k in forced else token for k, token in enumerate(sequence[begin:])]
                targets[row, begin - 1 : len(sequence) - 1] = torch.tensor(wanted)
            yield inputs, targets, [item[3] for item in chunk]


def optimisers(network: Network) -> list[torch.optim.Optimizer]:
    """Muon for hidden matrices, AdamW for embeddings and norms."""
    hidden = [p for n, p in network.named_parameters() if p.dim() == 2 and "embedding" not in n]
    rest = [p for n, p in network.named_parameters() if p.dim() < 2 or "embedding" in n]
    return [
        torch.optim.Muon(hidden, lr=0.02, weight_decay=0.0),
        torch.optim.AdamW(rest, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def orthogonal(
    gradient: torch.Tensor, factors: tuple[float, float, float], steps: int, least: float
) -> torch.Tensor:
    """Muon's quintic Newton-Schulz iteration (Jordan et al. 2024), in the precision of `gradient`, (rows, columns)."""
    a, b, c = factors
    tall = gradient.size(0) > gradient.size(1)
    x = gradient.T if tall else gradient
    x = x / x.norm().clamp(min=least)
    for _ in range(steps):
        square = x @ x.T
        x = torch.addmm(x, torch.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


def loss_of(
    network: Network, inputs: torch.Tensor, targets: torch.Tensor, first: int, *, causal: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy over the plan's tokens, among those that the decoder could choose: the mean, and each example's sum.

    These are the functional tokens (from `first` on) and the words of the example itself: what cannot be
    said need not be learnt to be left unsaid. A `causal` network sees no token before its time. Logits are computed only where the plan is.
    """
    keep = targets != -100
    possible = torch.zeros(len(inputs), len(network.embedding.weight), dtype=torch.bool, device=inputs.device)
    possible.scatter_(1, inputs, True)
    possible[:, first:] = True
    said = keep.int().argmax(1) + 1  # the first word of a plan is always one that was chosen
    said = torch.zeros_like(said) if causal else said
    logits = functional.linear(network.features(inputs, said)[keep], network.embedding.weight).float()
    logits = logits.masked_fill(~possible[keep.nonzero()[:, 0]], -1e4)
    each = functional.cross_entropy(logits, targets[keep], reduction="none")
    sums = torch.zeros(len(inputs), device=inputs.device).index_add_(0, keep.nonzero()[:, 0], each.detach())
    return each.mean(), sums


def train(options: argparse.Namespace) -> None:
    """Until the clock runs out."""
    torch.manual_seed(7)
    torch.set_num_threads(options.threads)
    if options.device == "cpu" and not torch.cpu._is_avx512_bf16_supported():
        # torch's Muon works in bfloat16; on a processor that has none, that took nine tenths of a step
        torch.optim._muon._zeropower_via_newtonschulz = orthogonal
    encoder = Encoder()
    path = options.checkpoint
    state = {}
    if options.resume and path.exists():
        state = torch.load(path, map_location=options.device, weights_only=True)
    fresh = Shape(
        width=options.width, layers=options.layers, heads=options.width // 64, hidden=options.hidden
    )
    shape = Shape(**state["shape"]) if state else fresh
    network = Network(shape).to(options.device)
    chosen = optimisers(network)
    bases = [group["lr"] for optimiser in chosen for group in optimiser.param_groups]
    spent, step = 0.0, 0
    if state:
        network.load_state_dict(state["network"])
        for optimiser, kept in zip(chosen, state.get("optimisers", chosen), strict=True):
            if kept is not optimiser:  # a model that grow.py made has no optimiser state yet
                optimiser.load_state_dict(kept)
        spent, step = state["seconds"], state["step"]
    mean, seen = copy.deepcopy(network), state.get("mean_steps", 0)
    if seen:
        mean.load_state_dict(state["mean"])
    total = options.minutes * 60
    stream = Stream(options.seed + step)
    stream.losses = state.get("losses", {})
    source = batches(encoder, stream, shape.context)
    log = (path.parent / ("loss.tsv" if path.stem == "model" else f"{path.stem}.tsv")).open(
        "a" if options.resume else "w"
    )
    average, tokens, saved, before = 0.0, 0, time.monotonic(), spent
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    while spent < total and not ended:
        begun = time.monotonic()
        inputs, targets, keys = next(source)
        rate = min(1.0, (step + 1) / 40) * min(1.0, max(0.02, (1 - spent / total) / 0.6))
        groups = [group for optimiser in chosen for group in optimiser.param_groups]
        for group, base in zip(groups, bases, strict=True):
            group["lr"] = base * rate * options.peak
        with torch.autocast(options.device.partition(":")[0], torch.bfloat16, enabled=options.bf16):
            seen_inputs, seen_targets = inputs.to(options.device), targets.to(options.device)
            loss, each = loss_of(network, seen_inputs, seen_targets, encoder.ids[PAD], causal=options.causal)
        for key, cost in zip(keys, each.tolist(), strict=True):
            stream.heard(key, cost)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimiser in chosen:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        step, seen = step + 1, seen + 1
        with torch.no_grad():
            for kept, now in zip(mean.parameters(), network.parameters(), strict=True):
                kept.lerp_(now, 1 / min(seen, MEAN_STEPS))
        tokens += inputs.numel()
        average = loss.item() if step == 1 else 0.98 * average + 0.02 * loss.item()
        spent += min(time.monotonic() - begun, 20.0)  # a suspended machine does not count as training
        if step % 50 == 0:
            line = f"{step}\t{spent:.0f}\t{average:.4f}\t{tokens / max(spent - before, 1):.0f}"
            print(line, file=log, flush=True)
            print(
                f"step {step}, {spent / 60:.1f} min, loss {average:.4f}, {tokens / max(spent - before, 1):.0f} tokens/s",
                flush=True,
            )
        if time.monotonic() - saved > SAVE_SECONDS or spent >= total or ended:
            save(
                path,
                network,
                chosen,
                spent,
                step,
                {"mean": mean.state_dict(), "mean_steps": seen, "losses": stream.losses},
            )
            saved = time.monotonic()


def save(
    path: Path,
    network: Network,
    chosen: list[torch.optim.Optimizer],
    seconds: float,
    step: int,
    mean: dict[str, object],
) -> None:
    """Write the checkpoint whole or not at all."""
    state = {
        "network": network.state_dict(), "optimisers": [o.state_dict() for o in chosen], "seconds": seconds, "step": step,
        "shape": vars(network.shape), **mean,
    }  # fmt: skip
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").rename(path)


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--checkpoint", type=Path, default=BUILD / "model.pt")
    parser.add_argument(
        "--causal", action="store_true", help="read from left to right alone, as the companion does"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--bf16",
        action="store_true",
        help="matrices in bfloat16: half as fast again where the processor has it",
    )
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--hidden", type=int, default=704)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--peak", type=float, default=1.0, help="share of the full rates, for going on from a trained model"
    )
    train(parser.parse_args())


if __name__ == "__main__":
    main()
