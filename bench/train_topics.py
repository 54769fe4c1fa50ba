"""Teach the built-in encoder what people mean, on questions to organisations of many trades.

    pip install torch
    python -m bench.train_topics PATH_OF_FAQ --questions PACK

`data/examples/topics` has a file for each organisation: what people ask it, in many wordings and
two languages. Each question has to find its topic among those of its organisation, by titles and
answers in its own language and, with less weight, in the other one. The questions of the pack have
to find their entry among all of the large FAQ, so that the encoder forgets nothing about it. The
vectors of the words move in both bags at once. A word stays where it was for some steps, so that
the others learn to do without it. The vectors of the last epochs are averaged. The topics
themselves become the memory of the encoder (`core/embeddings/topics.py`).

Run `bench.train_encoder`, `bench.english_words` and `bench.general_words` first: the words begin
where those have put them. It takes five minutes on 2 cores.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from bench.train_encoder import lines, word_table
from config.resources import ENCODER, EXAMPLES, load_loanwords
from core.embeddings.kiwi import GENERAL_WEIGHT, TRAINED_WEIGHT, KiwiEncoder, WordTable
from core.embeddings.topics import Topics
from core.retrieval.array_files import read_arrays, write_arrays
from core.retrieval.vectors import passage_of, unit
from core.text.korean import Analyzer, has_hangul
from core.types import Entry
from ingest.chunks import chunks
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float32]

_LANGUAGES = ("ko", "en")
_OTHER_LANGUAGE_WEIGHT = 0.2
_EPOCHS, _AVERAGED_EPOCHS = 3, 2
_BATCH, _LARGE_BATCH = 128, 256
_LARGE_TIMES = 5  # an epoch, so that a fifth of the steps are about the large FAQ
_LEARNING_RATE = 1e-3  # of the median length of a word's vector
_SHARPNESS, _SHARPNESS_RATE = 12.0, 1e-2
_DROPOUT = 0.2
_SHOWN = (0.6, 0.2, 0.2)  # entries as they are, titles alone, answers alone
_SEED = 20_26
CONTENT = ("table", "general_table", "topic_entries", "topic_questions")


@dataclass
class Bags:
    """Some texts, each as the rows of its terms and their weights, 1 + log of their counts."""

    words: list[torch.Tensor]
    weights: list[torch.Tensor]

    def some(self, rows: NDArray[np.int64]) -> Bags:
        return Bags([self.words[row] for row in rows], [self.weights[row] for row in rows])

    def embedded(self, tables: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the unit vectors of the texts, shape (texts, dimension), as the encoder does."""
        sizes = torch.tensor([0, *(len(words) for words in self.words[:-1])])
        words, weights = torch.cat(self.words), torch.cat(self.weights)
        parts = [
            share
            * normalize(
                embedding_bag(words, table, sizes.cumsum(0), mode="sum", per_sample_weights=weights)
            )
            for share, table in zip((TRAINED_WEIGHT, GENERAL_WEIGHT), tables, strict=True)
        ]
        return normalize(torch.cat(parts, dim=1))


@dataclass
class Search:
    """Questions, and the entries among which each has to find its own.

    `owner` and `weight` have shape (questions,). `titles` holds alternatives, each of as many texts
    as there are entries. In an epoch, each question is asked `times` times.
    """

    questions: Bags
    owner: NDArray[np.int64]
    weight: Floats
    titles: Sequence[Bags]
    passages: Bags
    batch: int
    times: int = 1


class TermRows:
    """Gives each term a row."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self.rows: dict[str, int] = {}

    def bags(self, texts: Sequence[str]) -> Bags:
        bags = Bags([], [])
        for terms in self._analyzer.terms_of(texts):
            counted = Counter(terms)
            rows = [self.rows.setdefault(term, len(self.rows)) for term in counted]
            bags.words.append(torch.tensor(rows, dtype=torch.long))
            bags.weights.append(1 + torch.tensor([*counted.values()], dtype=torch.float).log())
        return bags


def main(
    faq: Annotated[Path, typer.Argument(help="The large FAQ.")],
    questions: Annotated[Path, typer.Option(help="Its question pack.")],
) -> None:
    """Write the encoder's file anew, with the vectors that its words have after training."""
    analyzer = Analyzer.load(load_loanwords())
    model = read_arrays(ENCODER)
    encoder = KiwiEncoder(model, analyzer)
    words = TermRows(analyzer)
    searches = [
        *topic_searches(EXAMPLES / "topics", words),
        _large(prepare(load(faq), load_pack(questions)).entries, words),
    ]
    vectors = [encoder.word(term) for term in words.rows]
    start = [np.stack(part) for part in zip(*vectors, strict=True)]
    moved, general = trained(searches, start)
    arrays: dict[str, Any] = {
        **model,
        **_remembered(searches[:-1], (moved, general)).arrays(),
        **_with_words(model, "", words.rows, moved),
        **_with_words(model, "general_", words.rows, general),
    }
    write_encoder(arrays, CONTENT)
    typer.echo(f"{ENCODER}: {ENCODER.stat().st_size / 1e6:.1f} MB, {len(words.rows)} words moved")


def write_encoder(arrays: dict[str, Any], content: Iterable[str]) -> None:
    """Write the encoder's file, and name the encoder after the arrays `content` of it."""
    known = sha256(b"".join(arrays[name].tobytes() for name in content))
    arrays["name"] = lines([f"kiwi-encoder-{known.hexdigest()[:8]}"])
    write_arrays(ENCODER, arrays)


def topic_searches(folder: Path, words: TermRows) -> Iterator[Search]:
    """Yield the searches of each organisation: among its entries in one language, and the other."""
    for path in sorted(folder.glob("*.jsonl")):
        topics = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        asked = [(q, row) for row, topic in enumerate(topics) for q in topic["ko"] + topic["en"]]
        questions = words.bags([question for question, _ in asked])
        korean = np.array([has_hangul(question) for question, _ in asked])
        for language in _LANGUAGES:
            titles = [topic[f"titles_{language}"] for topic in topics]
            answers = [topic[f"answer_{language}"] for topic in topics]
            passages = [passage_of(t[0], a) for t, a in zip(titles, answers, strict=True)]
            own = korean == (language == "ko")
            yield Search(
                questions,
                np.array([row for _, row in asked]),
                np.where(own, 1.0, _OTHER_LANGUAGE_WEIGHT).astype(np.float32),
                [words.bags(of_kind) for of_kind in zip(*titles, strict=True)],
                words.bags(passages),
                _BATCH,
            )


def _large(entries: Sequence[Entry], words: TermRows) -> Search:
    """Return the search of the large FAQ's questions among all of its entries."""
    owner = [row for row, entry in enumerate(entries) for _ in entry.questions]
    passages = [passage_of(e.title, (chunks(e.text) or [e.text])[0]) for e in entries]
    return Search(
        words.bags([question for entry in entries for question in entry.questions]),
        np.array(owner),
        np.ones(len(owner), np.float32),
        [words.bags([entry.title for entry in entries])],
        words.bags(passages),
        _LARGE_BATCH,
        _LARGE_TIMES,
    )


def trained(searches: Sequence[Search], start: Sequence[Floats]) -> list[Floats]:
    """Return the vectors of the words after training, in the order and the shapes of `start`."""
    torch.manual_seed(_SEED)
    rng = np.random.default_rng(_SEED)
    begun = [torch.from_numpy(part) for part in start]
    moved = [torch.nn.Parameter(part.clone()) for part in begun]
    sharpness = torch.nn.Parameter(torch.tensor(np.log(_SHARPNESS)))
    lengths = [float(part.norm(dim=1).median()) for part in begun]
    optimizer = torch.optim.Adam(
        [
            *(
                {"params": [p], "lr": _LEARNING_RATE * n}
                for p, n in zip(moved, lengths, strict=True)
            ),
            {"params": [sharpness], "lr": _SHARPNESS_RATE},
        ]
    )
    averages = [torch.zeros_like(part) for part in begun]
    for epoch in range(_EPOCHS):
        steps = list(_steps(searches, rng))
        with typer.progressbar(steps, label=f"epoch {epoch + 1} of {_EPOCHS}") as shown:
            for search, rows in shown:
                kept = (torch.rand(len(begun[0]), 1) > _DROPOUT) / (1 - _DROPOUT)
                tables = [b + (m - b) * kept for b, m in zip(begun, moved, strict=True)]
                optimizer.zero_grad()
                _loss(search, rows, tables, sharpness.exp(), rng).backward()
                optimizer.step()
        if epoch >= _EPOCHS - _AVERAGED_EPOCHS:
            for average, part in zip(averages, moved, strict=True):
                average.add_(part.detach() / _AVERAGED_EPOCHS)
    return [average.numpy() for average in averages]


def _remembered(searches: Sequence[Search], vectors: Sequence[Floats]) -> Topics:
    """Return the memory of topics, whose searches follow one another in pairs of languages."""
    tables = [torch.from_numpy(part) for part in vectors]
    entries: list[Floats] = []
    questions: list[Floats] = []
    for pair in zip(searches[::2], searches[1::2], strict=True):
        told = [search.passages.embedded(tables) for search in pair]
        both = [
            normalize(KiwiEncoder.title_weight * titles.embedded(tables) + passages)
            for search, passages in zip(pair, told, strict=True)
            for titles in search.titles
        ]
        entries.append(torch.stack(both).sum(0).numpy())
        asked = pair[0].questions.embedded(tables).numpy()
        questions += [asked[pair[0].owner == row].sum(0) for row in range(len(told[0]))]
    return Topics(unit(np.vstack(entries)), unit(np.vstack(questions)))


def _steps(
    searches: Sequence[Search], rng: np.random.Generator
) -> Iterator[tuple[Search, NDArray[np.int64]]]:
    """Yield the questions of each search, as often as it says, in batches and in any order."""
    steps = []
    for search in searches:
        order = rng.permutation(len(search.owner))
        begins = range(0, len(order), search.batch)
        steps += search.times * [(search, order[begin : begin + search.batch]) for begin in begins]
    yield from (steps[at] for at in rng.permutation(len(steps)))


def _loss(
    search: Search,
    rows: NDArray[np.int64],
    tables: Sequence[torch.Tensor],
    sharpness: torch.Tensor,
    rng: np.random.Generator,
) -> torch.Tensor:
    """Return the mean cross entropy of the entries that some questions have to find.

    The entries are their titles and their answers, as in an index, or now and then one of both: a
    FAQ may have short titles, or answers that say little.
    """
    asked = search.questions.some(rows).embedded(tables)
    titles = search.titles[int(rng.integers(len(search.titles)))].embedded(tables)
    passages = search.passages.embedded(tables)
    entries = normalize(KiwiEncoder.title_weight * titles + passages)
    shown = (entries, titles, passages)[rng.choice(3, p=_SHOWN)]
    losses = cross_entropy(
        sharpness * asked @ shown.T, torch.from_numpy(search.owner[rows]), reduction="none"
    )
    return (losses * torch.from_numpy(search.weight[rows])).mean()


def _with_words(
    model: Mapping[str, NDArray[Any]], prefix: str, moved: Iterable[str], vectors: Floats
) -> dict[str, NDArray[Any]]:
    """Return the arrays of a table with the vectors of some words replaced or added."""
    old = WordTable(model, prefix)
    table = {term: vector for term in old.terms() if (vector := old.get(term)) is not None}
    told = ((t, v) for t, v in zip(moved, vectors, strict=True) if v.any())
    table |= dict(told)
    return word_table(list(table), np.stack([*table.values()]), prefix)


if __name__ == "__main__":
    typer.run(main)
