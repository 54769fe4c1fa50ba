"""Measures what becomes of questions on FAQs that taught nothing, and the search's confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bench.baselines import NAMES, Baselines
from bench.labelled_faqs import ExampleOrigin, LabelledQuestion, evidence_of, read_examples
from bench.sources import Sources
from bench.tables import not_run, table
from bench.taught_faqs import MEASURED, Workshop
from bots.bootstrap.search import load_analyzer
from config.resources import ENCODER
from core.assistant.guardrails.guardrail import Evidence, Guardrail
from core.charts import line_chart
from core.embeddings.kiwi import KiwiEncoder
from core.retrieval.hits import is_answer
from core.retrieval.retriever import Retriever
from core.types import Entry, Exchange, Label
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

_COLUMNS: Final = [
    "",
    "questions",
    *NAMES,
    "first",
    "answered right",
    "wrong",
    "told, right in 3",
    "refused",
]
_OTHER_COLUMNS: Final = ["", "texts", "answered", "told", "refused or greeted"]
_BINS: Final = 10
_EVERY_TITLE: Final = 5
_IN_THREADS: Final = ("", ", dev", ", off topic")
_SEED: Final = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """An example with its outcome, and the confidence of the search in its first hit."""

    example: LabelledQuestion
    answers: bool
    told: bool
    confidence: float
    titles: tuple[str, ...]
    plain: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Return whether the first hit answers."""
        return self.titles[0] in (self.example.relevant or ())

    def is_plainly_right(self, baseline: int) -> bool:
        """Return whether the title that one of the baselines puts first answers."""
        return self.plain[baseline] in (self.example.relevant or ())


@dataclass(frozen=True, slots=True)
class Bin:
    """The texts whose confidence is between `least` and `most`, and the share that was right."""

    least: float
    most: float
    count: int
    right: float


@dataclass(frozen=True, slots=True)
class Setting:
    """A FAQ with its guardrail."""

    retriever: Retriever
    guardrail: Guardrail
    baselines: Baselines

    def judge(self, examples: Sequence[LabelledQuestion]) -> list[Judged]:
        """Search and judge as the bot does."""
        found = evidence_of(examples, self.retriever)
        return [self._judged(*pair) for pair in zip(examples, found, strict=True)]

    def _judged(self, example: LabelledQuestion, found: Evidence) -> Judged:
        on_topic = self.guardrail.judge(found).label is Label.ON_TOPIC
        answers = on_topic and is_answer(found.in_context)
        first = found.in_context
        titles = tuple(hit.title for hit in first[:3])
        plain = self.baselines.first(example.question)
        sure = first[0].confidence
        return Judged(example, answers, on_topic and not answers, sure, titles, plain)


def main(sources: Sources, picture: Path | None = None) -> None:
    """Measure and print; draw how far the confidence can be trusted if `picture` names a file."""
    answerable: dict[str, list[Judged]] = {}
    others: dict[str, list[Judged]] = {}
    for name, setting, asked in _settings(sources, _workshop(sources)):
        for kind, examples in asked.items():
            judged = setting.judge(examples)
            (answerable if judged[0].example.relevant else others)[f"{name}{kind}"] = judged
    table("decisions: questions that the FAQ answers", _COLUMNS, _answerable_rows(answerable))
    table("decisions: texts that it does not answer", _OTHER_COLUMNS, _other_rows(others))
    bins = _bins([one for found in (*answerable.values(), *others.values()) for one in found])
    table(
        "decisions: confidence and what was right",
        ["confidence", "texts", "right"],
        [
            (f"{one.least:.1f} to {one.most:.1f}", str(one.count), f"{one.right:.3f}")
            for one in bins
        ],
    )
    if picture:
        picture.write_bytes(_drawn(bins))


def _workshop(sources: Sources) -> Workshop:
    analyzer = load_analyzer()
    folder = sources.folder / "decisions"
    folder.mkdir()
    return Workshop(analyzer, KiwiEncoder.load(ENCODER, analyzer), folder)


def _settings(
    sources: Sources, workshop: Workshop
) -> Iterator[tuple[str, Setting, dict[str, list[LabelledQuestion]]]]:
    """Yield each FAQ's name, how it is served, and its examples by kind."""
    for_any = workshop.guardrail("ko")
    for faq in workshop.small(MEASURED):
        own = [one for one in faq.examples if one.origin is ExampleOrigin.OWN]
        entries = faq.retriever.all_entries()
        baselines = Baselines.of(entries, workshop.analyzer)
        asked = _with_threads(_by_kind(own), entries)
        yield faq.name, Setting(faq.retriever, for_any, baselines), asked
    if not sources.real:
        not_run("decisions on the real FAQ and on the sets of other hands", sources.absent)
        return
    shared = sources.shared / "eval"
    chat = list(read_examples(shared / "other" / "chitchat.jsonl"))
    for name in ("parakqc", "korquad"):
        entries = prepare(load(shared / "other" / f"{name}.faq.jsonl"), {}).entries
        paraphrases = list(read_examples(shared / "other" / f"{name}.jsonl"))
        retriever = workshop.retriever(entries, name)
        baselines = Baselines.of(entries, workshop.analyzer)
        yield name, Setting(retriever, for_any, baselines), {"": paraphrases, ", chit-chat": chat}
    entries = prepare(load(sources.faq), load_pack(sources.pack)).entries
    titles = [
        LabelledQuestion(entry.title, Label.ON_TOPIC, (), frozenset({entry.title}))
        for entry in entries[::_EVERY_TITLE]
    ]
    large = Setting(
        workshop.retriever(entries, "smartstore", profile="smartstore"),
        workshop.guardrail("smartstore"),
        Baselines.of(entries, workshop.analyzer),
    )
    labelled = [*_labelled(shared, "guardrail.dev"), *_labelled(shared, "stern.guardrail.dev")]
    dev, stern = _labelled(shared, "retrieval.dev"), _labelled(shared, "stern.retrieval.dev")
    kinds = {
        ", dev": dev,
        ", stern": stern,
        ", follow-ups": [one for one in (*dev, *stern) if one.history],
        ", its titles": titles,
        ", unanswerable": _labelled(shared, "stern.unanswerable.dev"),
        ", off topic": [one for one in labelled if one.label is Label.OFF_TOPIC],
        ", injections": [one for one in labelled if one.label is Label.INJECTION],
        ", on topic": [one for one in labelled if one.label is Label.ON_TOPIC],
        ", chit-chat": chat,
    }
    yield "SmartStore", large, _with_threads(kinds, entries)


def _with_threads(
    kinds: dict[str, list[LabelledQuestion]], entries: Sequence[Entry]
) -> dict[str, list[LabelledQuestion]]:
    """Add what was asked alone once more, in a thread that was about another entry."""
    rng = np.random.default_rng(_SEED)

    def after_another(example: LabelledQuestion) -> LabelledQuestion:
        entry = entries[rng.integers(len(entries))]
        return replace(example, history=(Exchange(entry.title, entry.text, (entry.title,)),))

    threads = {
        f"{kind}, in a thread": [after_another(one) for one in kinds[kind] if not one.history]
        for kind in _IN_THREADS
        if kind in kinds
    }
    return kinds | threads


def _labelled(shared: Path, name: str) -> list[LabelledQuestion]:
    return list(read_examples(shared / f"{name}.jsonl"))


def _by_kind(examples: Sequence[LabelledQuestion]) -> dict[str, list[LabelledQuestion]]:
    kinds = {
        "": [one for one in examples if one.relevant],
        ", unanswerable": [one for one in examples if one.relevant == frozenset()],
        ", off topic": [one for one in examples if one.label is Label.OFF_TOPIC],
        ", injections": [one for one in examples if one.label is Label.INJECTION],
    }
    return {kind: found for kind, found in kinds.items() if found}


def _answerable_rows(found: dict[str, list[Judged]]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            str(len(judged)),
            *(_share([one.is_plainly_right(n) for one in judged]) for n in range(len(NAMES))),
            _share([one.is_right for one in judged]),
            _share([one.answers and one.is_right for one in judged]),
            _share([one.answers and not one.is_right for one in judged]),
            _share([one.told and bool({*one.titles} & {*one.example.relevant}) for one in judged]),
            _share([not one.answers and not one.told for one in judged]),
        )
        for name, judged in found.items()
    ]


def _other_rows(found: dict[str, list[Judged]]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            str(len(judged)),
            _share([one.answers for one in judged]),
            _share([one.told for one in judged]),
            _share([not one.answers and not one.told for one in judged]),
        )
        for name, judged in found.items()
    ]


def _bins(judged: Sequence[Judged]) -> list[Bin]:
    """Return, for each tenth of the confidence, how many first hits were right."""
    known = [one for one in judged if one.example.relevant is not None and not one.example.history]
    sure = np.array([one.confidence for one in known])
    right = np.array([one.is_right for one in known])
    places = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return [
        Bin(at / _BINS, (at + 1) / _BINS, int(inside.sum()), float(right[inside].mean()))
        for at in range(_BINS)
        if (inside := places == at).any()
    ]


def _drawn(bins: Sequence[Bin]) -> bytes:
    """Return a reliability plot as PNG."""
    told = [(one.least + one.most) / 2 for one in bins]
    return line_chart(
        f"How far the confidence can be trusted: {sum(one.count for one in bins):,} questions",
        {"share that was right": [one.right for one in bins], "perfectly calibrated": told},
        xs=[f"{one.least:.1f} to {one.most:.1f}" for one in bins],
        x_label="confidence of the first entry found",
        y_label="right",
    )


def _share(true: Sequence[bool]) -> str:
    return f"{float(np.mean(true)):.3f}"
