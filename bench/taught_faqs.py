"""The FAQs that the keyless decisions are fitted on, with their labelled questions.

The FAQs of `data/examples/faqs` are of many trades, in Korean and in English; the large one is the
first that the bot served. Those of `tests/fixtures/own` teach nothing: on them it is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.labelled_faqs import (
    ExampleOrigin,
    LabelledFaq,
    LabelledQuestion,
    read_examples,
)
from bench.memory_index import MemoryIndex
from bots.bootstrap.search import load_synonyms
from config.profiles import guardrail_file, profile_chain
from config.resources import EXAMPLES, ROOT, load_everyday
from core.assistant.guardrails.guardrail import Guardrail, GuardrailModel
from core.embeddings.kiwi import KiwiEncoder
from core.retrieval.lexical.synonyms import Synonyms
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer
from core.types import Entry, Exchange, Label
from ingest.prepare import prepare
from ingest.sources.load import load
from ingest.sync import batched

TAUGHT, MEASURED = EXAMPLES / "faqs", ROOT / "tests" / "fixtures" / "own"
_PACK_QUESTIONS, _TYPED_AHEAD = 1_500, 2
_ASKED_OF_OTHER_MARKETS, _OF_A_MARKET = 300, ("", "에서", "에서는", "인데")
# Of the questions of other FAQs and of the everyday messages, as many are looked for in each FAQ.
_ELSEWHERE_QUESTIONS, _EVERYDAY_MESSAGES = 300, 800
_IN_CONVERSATION = 2  # one everyday message of so many comes after a question of the FAQ
_LACKING_QUESTIONS, _NEIGHBOUR_SHARE = 120, 0.5
_IN_A_CHAPTER = 5  # entries
_SEED = 20_26


class Workshop:
    """Makes FAQs searchable; `folder` takes their caches."""

    def __init__(self, analyzer: Analyzer, encoder: KiwiEncoder, folder: Path) -> None:
        self.analyzer = analyzer
        self.encoder = encoder
        self._folder = folder

    def small(self, source: Path) -> list[LabelledFaq]:
        """The FAQs of a folder, each with its questions, those of the others, and everyday ones."""
        everyday = _everyday()
        own = {
            path.name.partition(".")[0]: list(read_examples(path))
            for path in sorted(source.glob("*.questions.jsonl"))
        }
        known = []
        for name, examples in own.items():
            (file,) = (path for path in source.glob(f"{name}.*") if "questions" not in path.name)
            entries = prepare(load(file), {}).entries
            others = [one for other in own if other != name for one in own[other]]
            rng = np.random.default_rng([_SEED, len(known)])
            halves = rng.permutation(len(entries)) % 2
            known.append(
                LabelledFaq(
                    name,
                    self.retriever(entries, name),
                    [
                        *examples,
                        *_in_conversations(_some(everyday, _EVERYDAY_MESSAGES, rng), entries, rng),
                        *_some(asked_elsewhere(others), _ELSEWHERE_QUESTIONS, rng),
                    ],
                    [
                        self.retriever(
                            [
                                entry
                                for entry, at in zip(entries, halves, strict=True)
                                if at == half
                            ],
                            f"{name}-{half}",
                        )
                        for half in (0, 1)
                    ],
                )
            )
        return known

    def in_long_entries(self, faq: LabelledFaq) -> LabelledFaq:
        """Join each few entries into one under the first one's title, as a handbook's chapter.

        Its text says much that the title does not, and a question matches a small part of it.
        """
        name = f"{faq.name}-long"
        chapters = list(batched(faq.retriever.all_entries(), _IN_A_CHAPTER))
        title_of = {entry.title: few[0].title for few in chapters for entry in few}
        entries = [
            replace(few[0], text="\n".join(_sections(few)), questions=()) for few in chapters
        ]
        examples = [
            replace(one, relevant=frozenset(title_of[title] for title in one.relevant))
            if one.relevant
            else one
            for one in faq.examples
        ]
        lacking = [self.retriever(entries[half::2], f"{name}-{half}") for half in (0, 1)]
        return LabelledFaq(name, self.retriever(entries, name), examples, lacking)

    def large(self, entries: Sequence[Entry], small: Sequence[LabelledFaq]) -> list[LabelledFaq]:
        """The large FAQ with two questions an entry and with none, asked others of its pack."""
        unseen = [(q, entry.title) for entry in entries for q in entry.questions[_TYPED_AHEAD:]]
        chosen = np.random.default_rng(_SEED).permutation(len(unseen))[:_PACK_QUESTIONS]
        asked = [
            LabelledQuestion(
                unseen[n][0], Label.ON_TOPIC, (), frozenset({unseen[n][1]}), ExampleOrigin.PACK
            )
            for n in chosen
        ]
        others = asked_elsewhere(
            one for faq in small for one in faq.examples if one.origin is ExampleOrigin.OWN
        )
        examples = [
            *asked,
            *read_examples(EXAMPLES / "smartstore.jsonl"),
            *_asked_of_other_markets([one.question for one in asked]),
            *_in_conversations(_everyday(), entries, np.random.default_rng(_SEED)),
            *others,
        ]
        known = []
        for kept in (_TYPED_AHEAD, 0):
            less = [replace(entry, questions=entry.questions[:kept]) for entry in entries]
            name = f"large, {kept} questions an entry"
            full = self.retriever(less, f"large-{kept}", profile="smartstore")
            near = _neighbourhoods(full, [unseen[n][1] for n in chosen[:_LACKING_QUESTIONS]])
            lacking = self.retriever(
                [entry for entry in less if entry.title not in near],
                f"large-{kept}-lacking",
                profile="smartstore",
            )
            known.append(LabelledFaq(name, full, examples, [lacking], is_large=True))
        return known

    def retriever(self, entries: Sequence[Entry], name: str, *, profile: str = "") -> Retriever:
        """Index entries in memory, with a profile's synonyms if one is named."""
        cache = self._folder / name
        cache.mkdir()
        return Retriever(
            index=MemoryIndex(entries, self.analyzer, self.encoder),
            embedder=self.encoder,
            analyzer=self.analyzer,
            synonyms=load_synonyms(self.analyzer, profile) if profile else Synonyms([]),
            words=self.encoder,
            cache=cache,
            everyday=load_everyday(),
        )

    def guardrail(self, profile: str) -> Guardrail:
        """Load the guardrail that a profile ships with."""
        model = GuardrailModel.load(guardrail_file(profile_chain(profile)))
        return Guardrail(model, self.encoder.embed, self.analyzer.terms)


def _sections(chapter: Sequence[Entry]) -> Iterator[str]:
    """Yield the first entry's text, and the others' under their titles."""
    first, *others = chapter
    yield first.text
    yield from (f"{entry.title}. {entry.text}" for entry in others)


def asked_elsewhere(examples: Iterable[LabelledQuestion]) -> list[LabelledQuestion]:
    """Return questions of other FAQs as off topic, and as what is not answered here."""
    return [
        LabelledQuestion(one.question, Label.OFF_TOPIC, (), frozenset(), ExampleOrigin.ELSEWHERE)
        for one in examples
        if one.label is Label.ON_TOPIC and one.origin is ExampleOrigin.OWN
    ]


def _asked_of_other_markets(questions: Sequence[str]) -> list[LabelledQuestion]:
    """Return questions of the large FAQ that name another market, and so are off topic there."""
    markets = (EXAMPLES / "smartstore.markets.txt").read_text(encoding="utf-8").split("\n")[:-1]
    rng = np.random.default_rng(_SEED)
    return [
        LabelledQuestion(
            f"{markets[rng.integers(len(markets))]}{rng.choice(_OF_A_MARKET)} {questions[at]}",
            Label.OFF_TOPIC,
        )
        for at in rng.permutation(len(questions))[:_ASKED_OF_OTHER_MARKETS]
    ]


def _everyday() -> list[LabelledQuestion]:
    """Return what people write to any bot: what is off topic, greetings and injections."""
    every = read_examples(EXAMPLES / "general.jsonl", origin=ExampleOrigin.SHARED)
    return [one for one in every if one.label is not Label.ON_TOPIC]


def _in_conversations(
    everyday: Sequence[LabelledQuestion], entries: Sequence[Entry], rng: np.random.Generator
) -> list[LabelledQuestion]:
    """Return the messages, some of them after a question that the FAQ has answered; and follow-ups.

    What leans on the conversation is on topic there, and what has nothing to do with it is not.
    """

    def told(message: LabelledQuestion) -> LabelledQuestion:
        entry = entries[rng.integers(len(entries))]
        return replace(message, history=(Exchange(entry.title, entry.text, (entry.title,)),))

    follow_ups = read_examples(EXAMPLES / "followups.jsonl", origin=ExampleOrigin.SHARED)
    return [
        *map(told, follow_ups),
        *(
            told(one)
            if place % _IN_CONVERSATION == 0
            and not one.history
            and one.label is not Label.INJECTION
            else one
            for place, one in enumerate(everyday)
        ),
    ]


def _some(
    examples: Sequence[LabelledQuestion], most: int, rng: np.random.Generator
) -> list[LabelledQuestion]:
    return [examples[at] for at in sorted(rng.permutation(len(examples))[:most])]


def _neighbourhoods(found: Retriever, titles: Sequence[str]) -> set[str]:
    """Return the titles of some entries, and of those which are about the same matter."""
    near = set(titles)
    for title in titles:
        hits = found.search(title, limit=30)
        near |= {hit.title for hit in hits if hit.score >= _NEIGHBOUR_SHARE * hits[0].score}
    return near
