"""Teach the built-in encoder which words mean the same, and which of them tell what is asked.

    pip install torch
    python -m bench.train_alignment PATH_OF_FAQ --questions PACK

The questions are those of `bench.train_topics`; run it first. A question has to align best with the
entry that answers it among those of its organisation (`core/retrieval/alignment.py`). What is
learnt is one projection of the words' vectors into few dimensions, and how much a word's vector
tells of its importance: "환불" says more of what is asked than "어떻게", whatever their idf.
The words themselves stay where they are, so that both hold for words that no question here had.
The large FAQ takes part by the nearest entries of some of its own. It takes two minutes on 2 cores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, normalize, softplus
from torch.nn.utils.rnn import pad_sequence
from torch.optim.swa_utils import AveragedModel

from bench.train_topics import CONTENT, Search, TermRows, topic_searches, write_encoder
from config.resources import ENCODER, EXAMPLES, load_loanwords
from core.embeddings.kiwi import KiwiEncoder
from core.ports import TextKind
from core.retrieval.alignment import BY_CHANCE, information
from core.retrieval.array_files import read_arrays
from core.retrieval.vectors import passage_of
from core.text.korean import Analyzer
from core.types import Entry
from ingest.chunks import chunks
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float32]

_DIMENSION = 64
_EPOCHS = 2
_LEARNING_RATE, _SHARPNESS_RATE = 1e-3, 1e-2
_WEIGHT_DECAY = 1e-3
_SHARPNESS = 12.0
_BATCH = 128
_NEIGHBOURHOODS, _NEIGHBOURS, _QUESTIONS = 90, 40, 4
_SEED = 20_26


@dataclass
class Organisation:
    """Questions and the entries among which each has to find its own, as rows of the vocabulary.

    `asked` (A,) and `told` (T,) are the words of the questions and of the entries. The lists hold
    places in them. `same` (A, T) marks equal words; `asked_idf` (A,) and `told_idf` (T,) are the
    information of the words.
    """

    asked: torch.Tensor
    told: torch.Tensor
    questions: Sequence[torch.Tensor]
    owner: torch.Tensor
    titles: Sequence[Padded]
    entries: Padded
    same: torch.Tensor
    asked_idf: torch.Tensor
    told_idf: torch.Tensor

    @classmethod
    def of(cls, search: Search) -> Organisation:
        """Take those questions of a search that are in the language of its entries."""
        own = np.flatnonzero(search.weight == 1.0)
        questions = [search.questions.words[row] for row in own]
        entries = [
            torch.cat(fields).unique()
            for fields in zip(search.passages.words, search.titles[0].words, strict=True)
        ]
        asked = torch.cat(questions).unique()
        told = torch.cat([*entries, *(w for some in search.titles for w in some.words)]).unique()
        size = 1 + int(max(asked.max(), told.max()))
        having = torch.bincount(torch.cat(entries), minlength=size).numpy()
        idf = np.log(1 + (len(entries) - having + 0.5) / (having + 0.5))
        known = torch.from_numpy(information(idf.astype(np.float32)))
        return cls(
            asked,
            told,
            [torch.searchsorted(asked, words) for words in questions],
            torch.from_numpy(search.owner[own]),
            [
                Padded.of([torch.searchsorted(told, words) for words in some.words])
                for some in search.titles
            ],
            Padded.of([torch.searchsorted(told, words) for words in entries]),
            asked[:, None] == told,
            known[asked],
            known[told],
        )


@dataclass
class Padded:
    """Lists of places, filled up to one length: both of shape (lists, longest)."""

    places: torch.Tensor
    filled: torch.Tensor

    @classmethod
    def of(cls, lists: Sequence[torch.Tensor]) -> Padded:
        filled = pad_sequence([torch.ones(len(places)) for places in lists], batch_first=True)
        return cls(pad_sequence(list(lists), batch_first=True), filled)


class AlignmentModel(torch.nn.Module):
    """What is learnt: a projection of the words' vectors, and what makes a word important."""

    def __init__(self, vectors: torch.Tensor) -> None:
        """Begin with the directions in which the vectors, (words, D), differ most."""
        super().__init__()
        directions = torch.linalg.svd(vectors, full_matrices=False)[2][:_DIMENSION]
        self.projection = torch.nn.Parameter(directions.T.clone())
        self.importance = torch.nn.Linear(vectors.shape[1], 1)
        torch.nn.init.zeros_(self.importance.weight)
        torch.nn.init.constant_(self.importance.bias, np.log(np.e - 1))  # all words begin at 1
        self.sharpness = torch.nn.Parameter(torch.full((2,), np.log(_SHARPNESS)))

    def forward(
        self, vectors: torch.Tensor, among: Organisation, rows: Sequence[int], titles: Padded
    ) -> torch.Tensor:
        """Return the scores of all entries for some questions, shape (questions, entries)."""
        asked, told = vectors[among.asked], vectors[among.told]
        cosines = normalize(asked @ self.projection) @ normalize(told @ self.projection).T
        near = ((cosines - BY_CHANCE) / (1 - BY_CHANCE)).clamp(min=0.0)
        near = torch.where(among.same, torch.ones_like(near), near)
        in_entries, in_titles = (
            (near[:, lists.places] * lists.filled).amax(2) for lists in (among.entries, titles)
        )
        questions = Padded.of([among.questions[row] for row in rows])
        shares = (self._weights(asked) * among.asked_idf)[questions.places] * questions.filled
        shares = shares / shares.sum(1, keepdim=True).clamp(min=1e-6)
        covered, in_title = (
            torch.einsum("qw,qwe->qe", shares, best[questions.places])
            for best in (in_entries, in_titles)
        )
        of_title = (self._weights(told) * among.told_idf)[titles.places] * titles.filled
        nearest = (near[questions.places] * questions.filled[:, :, None]).amax(1)
        named = torch.einsum("qew,ew->qe", nearest[:, titles.places], of_title)
        named = named / of_title.sum(1).clamp(min=1e-6)
        both = 2 * in_title * named / (in_title + named).clamp(min=1e-6)
        return self.sharpness[0].exp() * covered + self.sharpness[1].exp() * both

    def _weights(self, vectors: torch.Tensor) -> torch.Tensor:
        return softplus(self.importance(vectors)).squeeze(1)

    def arrays(self) -> dict[str, Floats]:
        """Return what `KiwiEncoder` reads: (D, dimension), and (D + 1,) with the bias last."""
        weights = torch.cat([self.importance.weight[0], self.importance.bias])
        return {
            "alignment_projection": self.projection.detach().numpy(),
            "alignment_importance": weights.detach().numpy(),
        }


def main(
    faq: Annotated[Path, typer.Argument(help="The large FAQ.")],
    questions: Annotated[Path, typer.Option(help="Its question pack.")],
) -> None:
    """Write the encoder's file anew, with what the alignment of words has learnt."""
    analyzer = Analyzer.load(load_loanwords())
    model = read_arrays(ENCODER)
    encoder = KiwiEncoder(model, analyzer)
    words = TermRows(analyzer)
    searches = [
        *topic_searches(EXAMPLES / "topics", words),
        *_neighbourhoods(prepare(load(faq), load_pack(questions)).entries, words, encoder),
    ]
    vectors = torch.from_numpy(encoder.whole_words(list(words.rows)))
    learnt = trained([Organisation.of(search) for search in searches], vectors)
    write_encoder({**model, **learnt.arrays()}, (*CONTENT, *learnt.arrays()))
    typer.echo(f"{ENCODER}: {ENCODER.stat().st_size / 1e6:.1f} MB")


def _neighbourhoods(
    entries: Sequence[Entry], words: TermRows, encoder: KiwiEncoder
) -> Iterator[Search]:
    """Yield searches among entries of the large FAQ whose titles are near to one another."""
    rng = np.random.default_rng(_SEED)
    asked = [entry for entry in entries if entry.questions]
    titles = encoder.embed([entry.title for entry in asked], TextKind.TITLE)
    for row in rng.permutation(len(asked))[:_NEIGHBOURHOODS]:
        near = [asked[at] for at in np.argsort(-(titles @ titles[row]))[:_NEIGHBOURS]]
        chosen = [rng.permutation(entry.questions)[:_QUESTIONS].tolist() for entry in near]
        yield Search(
            words.bags([question for some in chosen for question in some]),
            np.repeat(np.arange(len(near)), [len(some) for some in chosen]),
            np.ones(sum(map(len, chosen)), np.float32),
            [words.bags([entry.title for entry in near])],
            words.bags([passage_of(e.title, (chunks(e.text) or [e.text])[0]) for e in near]),
            _BATCH,
        )


def trained(organisations: Sequence[Organisation], vectors: torch.Tensor) -> AlignmentModel:
    """Return the mean of the models after each epoch; `vectors` has shape (words, D)."""
    torch.manual_seed(_SEED)
    rng = np.random.default_rng(_SEED)
    learnt = AlignmentModel(vectors)
    slow = [learnt.projection, *learnt.importance.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": slow, "lr": _LEARNING_RATE},
            {"params": [learnt.sharpness], "lr": _SHARPNESS_RATE, "weight_decay": 0.0},
        ],
        weight_decay=_WEIGHT_DECAY,
    )
    mean = AveragedModel(learnt)
    for epoch in range(_EPOCHS):
        order = rng.permutation(len(organisations))
        with typer.progressbar(order, label=f"epoch {epoch + 1} of {_EPOCHS}") as shown:
            for among in (organisations[at] for at in shown):
                rows = rng.permutation(len(among.questions))
                for some in np.split(rows, range(_BATCH, len(rows), _BATCH)):
                    titles = among.titles[int(rng.integers(len(among.titles)))]
                    found = learnt(vectors, among, some.tolist(), titles)
                    optimizer.zero_grad()
                    cross_entropy(found, among.owner[torch.from_numpy(some)]).backward()
                    optimizer.step()
        mean.update_parameters(learnt)
    learnt.load_state_dict(mean.module.state_dict())
    return learnt


if __name__ == "__main__":
    typer.run(main)
