"""Give the built-in encoder its English words, whose vectors come from WordLlama.

    pip install wordllama wordfreq
    python -m bench.english_words DIRECTORY

WordLlama (MIT, https://github.com/dleemiller/WordLlama) has a vector for each of Llama 2's tokens,
trained so that their sum tells what a text means; its wheel brings the weights along. The vector of
a word is the sum of its tokens', that of a stem the mean of its words', by their frequency. The
Korean words keep the vectors that `bench.train_encoder` gave them: run it first.

DIRECTORY holds copies of the wheel's folders `tokenizers` and `weights`, where the package looks
before it asks the network.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import snowballstemmer
import typer
from numpy.typing import NDArray

from bench.train_encoder import lines, word_table
from config.resources import ENCODER
from core.retrieval.array_files import read_arrays, write_arrays

_WORDS = 30_000
_WORD = re.compile("[a-z]+")


def main(cache: Annotated[Path, typer.Argument(help="Copies of WordLlama's folders.")]) -> None:
    """Write the encoder's file anew, with English words in the place of those that it had."""
    model = read_arrays(ENCODER)
    terms = bytes(model["terms"].astype(np.uint8)).decode().split("\n")
    kept = [row for row, term in enumerate(terms) if not _WORD.match(term)]
    table = model["table"][kept].astype(np.float32) * model["scale"][kept][:, None]
    stems, vectors = english(cache)
    # A word of either language weighs the same at the median.
    vectors *= np.median(np.linalg.norm(table, axis=1)) / np.median(np.linalg.norm(vectors, axis=1))
    whole = np.concatenate([table, vectors]).astype(np.float32)
    model |= {
        "name": lines([f"kiwi-encoder-{sha256(whole.tobytes()).hexdigest()[:8]}"]),
        **word_table([*(terms[row] for row in kept), *stems], whole),
    }
    write_arrays(ENCODER, model)
    typer.echo(f"{ENCODER}: {ENCODER.stat().st_size / 1e6:.1f} MB, {len(stems)} English stems")


def english(cache: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Return the terms of the most frequent English words, and their vectors, (terms, 256)."""
    # They are for this alone, and not among the development packages.
    from wordfreq import top_n_list, word_frequency
    from wordllama import WordLlama

    teacher: Any = WordLlama.load(cache_dir=cache, disable_download=True)
    stem = snowballstemmer.stemmer("english").stemWord
    sums: dict[str, NDArray[np.float32]] = {}
    shares: dict[str, float] = {}
    for word in filter(_WORD.fullmatch, top_n_list("en", _WORDS)):
        term, share = f"{stem(word)}/N", word_frequency(word, "en")
        tokens = teacher.tokenizer.encode(word, add_special_tokens=False).ids
        sums[term] = sums.get(term, 0.0) + share * teacher.embedding[tokens].sum(0)
        shares[term] = shares.get(term, 0.0) + share
    return list(sums), np.array([sums[term] / shares[term] for term in sums], np.float32)


if __name__ == "__main__":
    typer.run(main)
