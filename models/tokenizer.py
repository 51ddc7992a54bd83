"""The model's own byte-level BPE, trained on the corpus's sentences.

No merge crosses a space, a punctuation mark, a digit or a Chinese character, so a word
is the same tokens wherever it stands: copying a word is copying its tokens. llama.cpp's
`gpt-2` pre-tokenizer cuts text differently, but applies the same merges, so the result
is the same; evaluate.py checks that on every sentence.

    python models/tokenizer.py [SENTENCES]           writes models/build/tokenizer.json
    python models/tokenizer.py --of models/nlsh.gguf  the very tokens of a model that training goes on from
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from corpus import Stream
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from nlsh.agent.notation import functional_tokens

VOCABULARY = 5126
BUILD = Path(os.environ.get("NLSH_BUILD") or HERE / "build")


def sentences(count: int) -> Iterator[str]:
    """Generated sentences."""
    for _, example in zip(range(count), Stream(seed=11), strict=False):
        yield example.text


def train(count: int) -> Tokenizer:
    """A tokenizer of VOCABULARY tokens, functional ones last."""
    tokenizer = around(models.BPE())
    extra = functional_tokens()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(extra),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=24,
        show_progress=False,
    )
    tokenizer.train_from_iterator(sentences(count), trainer)
    return tokenizer


def of(path: Path) -> Tokenizer:
    """The tokenizer of a GGUF that this project made. Its tokens keep their embeddings in grow.py, every one."""
    import gguf

    fields = gguf.GGUFReader(path).fields
    words = fields["tokenizer.ggml.tokens"].contents()[: int(fields["nlsh.first_token"].contents())]
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    return around(models.BPE(vocab={word: n for n, word in enumerate(words)}, merges=merges))


def around(model: models.BPE) -> Tokenizer:
    """`model` between the cutting into pieces and its inverse."""
    tokenizer = Tokenizer(model)
    pieces = Regex(r"\p{Han}|[\p{L}&&[^\p{Han}]]+|\p{N}|[^\p{L}\p{N}]")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(pieces, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def ids(tokenizer: Tokenizer) -> dict[str, int]:
    """The ids of the functional tokens: they follow the ordinary ones."""
    base = tokenizer.get_vocab_size()
    return {token: base + index for index, token in enumerate(functional_tokens())}


def load() -> Tokenizer:
    """The trained tokenizer."""
    return Tokenizer.from_file(str(BUILD / "tokenizer.json"))


def main() -> None:
    """Train, or take from a model, and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sentences", type=int, nargs="?", default=200_000)
    parser.add_argument("--of", type=Path, help="a GGUF whose tokens to take")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    tokenizer = of(options.of) if options.of else train(options.sentences)
    tokenizer.save(str(BUILD / "tokenizer.json"))
    print(f"{tokenizer.get_vocab_size()} tokens and {len(functional_tokens())} functional ones")


if __name__ == "__main__":
    main()
