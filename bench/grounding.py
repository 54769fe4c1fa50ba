"""The answers that the check for nonsense finds or takes away: `python -m bench.grounding`.

No model was available, so other texts stand for its answers. The questions that were written for an
entry avoid its words, and stand for good answers in other words; texts about something else, and
words in random order, stand for nonsense. Korean: the SmartStore FAQ and KorQuAD (FAQBOT_SHARED);
English: FAQs of trades.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from bench.tables import not_run, table
from config.resources import QUESTION_PACKS, ROOT
from core.text.korean import Analyzer
from core.text.safety.grounding import is_grounded
from core.types import Entry
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

_TEXTS: Final = 250
_PASSAGES: Final = 3
_WORDS: Final = 40
_TRADES: Final = ROOT / "data" / "examples" / "faqs"
_ENGLISH: Final = (
    "airport",
    "campground",
    "devtool",
    "gym",
    "insurance",
    "makerspace",
    "telehealth",
)


@dataclass(frozen=True, slots=True)
class AskedEntry:
    """An entry with questions about it, and the FAQ that it is of."""

    faq: str
    entry: Entry
    questions: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.entry.title}\n{self.entry.text}"


def main() -> None:
    """Print how much of each kind of text is taken for nonsense."""
    analyzer = Analyzer.load()
    rows = [("English", *row) for row in _measured(_trades(), _elsewhere, analyzer)]
    shared = Path(os.environ.get("FAQBOT_SHARED", ROOT.parent / "shared"))
    if (shared / "data" / "final_result.pkl").is_file():
        wiki = [entry.text[:250] for entry in _entries(shared / "eval/other/korquad.faq.jsonl")]

        def about_others(_one: AskedEntry, _all: Sequence[AskedEntry]) -> str:
            return random.choice(wiki)  # noqa: S311

        rows += [("Korean", *row) for row in _measured(_smartstore(shared), about_others, analyzer)]
    else:
        not_run("Korean", "FAQBOT_SHARED")
    table("taken for nonsense", ("language", "text", "share", "of"), rows)


def _measured(
    asked: list[AskedEntry],
    about_others: Callable[[AskedEntry, Sequence[AskedEntry]], str],
    analyzer: Analyzer,
) -> list[tuple[str, str, str]]:
    random.seed(1)
    random.shuffle(asked)
    found: defaultdict[str, list[bool]] = defaultdict(list)
    own = Counter[str](word for one in asked for word in one.text.split())
    foreign = Counter[str](w for one in asked[:_TEXTS] for w in about_others(one, asked).split())
    for one in asked[:_TEXTS]:
        near = [other.text for other in asked if other.faq == one.faq and other is not one]
        sources = [one.questions[0], one.text, *random.sample(near, _PASSAGES - 1)]
        texts = {
            "the entry in other words": "\n".join(one.questions[1:]),
            "something else": about_others(one, asked),
            "a heap of other words": _heap(foreign),
            "a heap of the FAQ's words": _heap(own),
        }
        for name, text in texts.items():
            found[name].append(not is_grounded(text, sources, analyzer.terms))
    return [
        (name, f"{sum(taken) / len(taken):.1%}", str(len(taken))) for name, taken in found.items()
    ]


def _heap(words: Counter[str]) -> str:
    return " ".join(random.choices(list(words), list(words.values()), k=_WORDS))  # noqa: S311


def _elsewhere(one: AskedEntry, asked: Sequence[AskedEntry]) -> str:
    return random.choice([other for other in asked if other.faq != one.faq]).entry.text  # noqa: S311


def _trades() -> list[AskedEntry]:
    asked = []
    for name in _ENGLISH:
        questions: defaultdict[str, list[str]] = defaultdict(list)
        for line in (_TRADES / f"{name}.questions.jsonl").read_text("utf-8").splitlines():
            row = orjson.loads(line)
            for title in row.get("relevant", ()):
                questions[title].append(row["question"])
        entries = _entries(_TRADES / f"{name}.csv")
        asked += [AskedEntry(name, entry, tuple(questions[entry.title])) for entry in entries]
    return [one for one in asked if len(one.questions) > 1]


def _smartstore(shared: Path) -> list[AskedEntry]:
    pack = load_pack(QUESTION_PACKS / "smartstore.jsonl")
    entries = prepare(load(shared / "data" / "final_result.pkl"), pack).entries
    return [
        AskedEntry("smartstore", entry, entry.questions) for entry in entries if entry.questions
    ]


def _entries(path: Path) -> list[Entry]:
    return list(prepare(load(path), {}).entries)


if __name__ == "__main__":
    main()
