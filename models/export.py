"""From checkpoint to GGUF: the file that ships.

Writes Q8_0 by default (F16 and F32 for comparison); functional tokens are CONTROL
tokens, so that nothing a user types can be read as one. The notation's tokens and, once
fitted, the confidence curve stand in the metadata under `nlsh.*`.

    python models/export.py [--type q8_0|f16|f32] [--out models/nlsh.gguf]
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import gguf
import torch
from tokenizer import BUILD, ids
from tokenizers import Tokenizer

from nlsh.agent.notation import END, PAD, functional_tokens

QUANTISATION = {
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "f32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
}
CONFIDENCE = BUILD / "confidence.json"


def write_tokenizer(writer: gguf.GGUFWriter) -> None:
    """Vocabulary and merges, functional tokens last."""
    path = BUILD / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path))
    merges = json.loads(path.read_text("utf-8"))["model"]["merges"]
    vocabulary = tokenizer.get_vocab()
    texts = sorted(vocabulary, key=vocabulary.__getitem__)
    special = ids(tokenizer)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*texts, *special])
    writer.add_token_types([gguf.TokenType.NORMAL] * len(texts) + [gguf.TokenType.CONTROL] * len(special))
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(special[END])
    writer.add_pad_token_id(special[PAD])
    writer.add_add_bos_token(False)
    writer.add_array("nlsh.tokens", list(functional_tokens()))
    writer.add_uint32("nlsh.first_token", len(texts))


def export(checkpoint: Path, out: Path, kind: str, companion: str, share: float, *, causal: bool) -> None:
    """Write `out`; matrices in `kind`, norms in F32. `companion` is a GGUF beside it that plans with it, with `share` of the say."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    shape, weights = state["shape"], state["network"]
    quantisation, file_type = QUANTISATION[kind]
    part = out.with_suffix(".part")
    writer = gguf.GGUFWriter(str(part), "llama")
    writer.add_name("nlsh embedded planner")
    writer.add_license("apache-2.0")
    writer.add_vocab_size(shape["vocabulary"])
    writer.add_context_length(shape["context"])
    writer.add_embedding_length(shape["width"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["hidden"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["heads"])
    writer.add_rope_dimension_count(shape["width"] // shape["heads"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(file_type)
    write_tokenizer(writer)
    writer.add_bool("nlsh.reads_both_ways", not causal)
    if companion:
        writer.add_string("nlsh.companion", companion)
        writer.add_float32("nlsh.companion_share", share)
    if CONFIDENCE.exists():
        fitted = json.loads(CONFIDENCE.read_text("utf-8"))
        # as strings: llama.cpp gives no arrays of a file's metadata back
        writer.add_string("nlsh.confidence", ",".join(str(float(x)) for x in fitted["weights"]))
        writer.add_string("nlsh.reluctance", str(float(fitted.get("reluctance", 0.0))))
    names = {"embedding.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}
    parts = {"norm1": "attn_norm", "norm2": "ffn_norm", "attention.q": "attn_q", "attention.k": "attn_k", "attention.v": "attn_v",
             "attention.o": "attn_output", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down"}  # fmt: skip
    for layer in range(shape["layers"]):
        names |= {
            f"blocks.{layer}.{ours}.weight": f"blk.{layer}.{theirs}.weight" for ours, theirs in parts.items()
        }
    for ours, theirs in names.items():
        array = weights[ours].float().numpy()
        if array.ndim == 2:
            data = gguf.quants.quantize(array, quantisation)
            writer.add_tensor(theirs, data, raw_dtype=quantisation)
        else:
            writer.add_tensor(theirs, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(out)
    print(
        f"{out}: {out.stat().st_size / 1e6:.1f} MB, {kind}, after {state['seconds'] / 60:.0f} minutes of training"
    )


def main() -> None:
    """Read the options and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--type", choices=QUANTISATION, default="q8_0")
    parser.add_argument("--checkpoint", type=Path, default=BUILD / "model.pt")
    parser.add_argument("--out", type=Path, default=HERE / "nlsh.gguf")
    parser.add_argument("--companion", default="", help="the name of a GGUF beside it that plans with it")
    parser.add_argument("--share", type=float, default=0.5, help="the companion's share of the say")
    parser.add_argument("--causal", action="store_true", help="it was trained so")
    options = parser.parse_args()
    export(
        options.checkpoint, options.out, options.type, options.companion, options.share, causal=options.causal
    )


if __name__ == "__main__":
    main()
