"""Fit what tells the kinds of small talk apart, and measure it on messages that teach nothing.

    python -m bench.train_small_talk

The kinds are taught by `data/examples/small_talk.toml`, and what is none by the questions of the
FAQs in `data/examples/faqs` and by what is off topic in `data/examples/general.jsonl`, whose
greetings teach most kinds as well. Half a minute.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import typer

from bench.labelled_faqs import read_examples
from bench.taught_faqs import MEASURED, TAUGHT
from bench.wording_fit import fit_wording
from bots.bootstrap.search import load_analyzer
from config.resources import ENCODER, EXAMPLES, ROOT, SMALL_TALK
from core.assistant.guardrails.small_talk import KINDS, SmallTalkReader
from core.assistant.guardrails.wording import WordingModel
from core.embeddings.kiwi import KiwiEncoder
from core.types import Label, SmallTalk

HELD_OUT: Final = ROOT / "tests" / "fixtures" / "small_talk.toml"
_NONE: Final = "none"
_ALSO: Final = {
    "hello": SmallTalk.HELLO,
    "thanks": SmallTalk.THANKS,
    "bye": SmallTalk.GOODBYE,
    "solved": SmallTalk.SOLVED,
    "ack": SmallTalk.SOLVED,
    "complaint": SmallTalk.COMPLAINT,
    "insult": SmallTalk.INSULT,
    "what_can_you_do": SmallTalk.WHAT_CAN_YOU_DO,
    "person": SmallTalk.PERSON_WANTED,
}
_NONE_SHARE: Final = 0.4  # of all that it is taught by, as the rest is shared by the kinds


def main() -> None:
    """Fit and write config/models/small_talk.npz, and print how often each kind is recognised."""
    encoder = KiwiEncoder.load(ENCODER, load_analyzer())
    fit(encoder)
    reader = SmallTalkReader(WordingModel.load(SMALL_TALK), encoder.embed)
    typer.echo(f"{SMALL_TALK.name}: {SMALL_TALK.stat().st_size / 1e6:.1f} MB")
    for language in ("ko", "en"):
        typer.echo(f"\n{language}")
        for kind, texts in read_small_talk(HELD_OUT, language).items():
            told = Counter(reader.kind(text, Label.OFF_TOPIC) or _NONE for text in texts)
            greeted = sum(reader.kind(text, Label.GREETING) is kind for text in texts)
            typer.echo(f"{kind:18} {greeted}/{len(texts)} if a greeting; off topic: {dict(told)}")
    asked = [
        one.question
        for path in MEASURED.glob("*.questions.jsonl")
        for one in read_examples(path)
        if one.label is not Label.GREETING
    ]
    wrong = [text for text in asked if reader.kind(text, Label.OFF_TOPIC)]
    typer.echo(f"\n{len(wrong)} of {len(asked)} other messages of unseen FAQs: {wrong}")


def fit(encoder: KiwiEncoder) -> None:
    """Fit the regression and write its file."""
    taught = _taught()
    classes = np.array(list(taught.values()))
    sizes = np.bincount(classes, minlength=len(KINDS) + 1)
    shares = np.array([(1 - _NONE_SHARE) / len(KINDS)] * len(KINDS) + [_NONE_SHARE])
    fit_wording(SMALL_TALK, encoder, list(taught), classes, (shares / sizes)[classes])


def read_small_talk(path: Path, *languages: str) -> Mapping[SmallTalk, list[str]]:
    """Return the texts of each kind in some languages."""
    kinds = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: [text for one in languages for text in kinds[kind][one]] for kind in KINDS}


def _taught() -> dict[str, int]:
    """Return the texts to teach with, each with the place of its class."""
    none = len(KINDS)
    everyday = read_examples(EXAMPLES / "general.jsonl")
    taught = {one.question: none for one in everyday if one.label is Label.OFF_TOPIC}
    for path in sorted(TAUGHT.glob("*.questions.jsonl")):
        asked = read_examples(path)
        taught |= {one.question: none for one in asked if one.label is not Label.GREETING}
    examples = EXAMPLES / "small_talk.toml"
    alike = tomllib.loads(examples.read_text(encoding="utf-8"))[_NONE]
    taught |= dict.fromkeys((*alike["ko"], *alike["en"]), none)
    for kind, texts in read_small_talk(examples, "ko", "en").items():
        taught |= dict.fromkeys(texts, KINDS.index(kind))
    unseen = {text for texts in read_small_talk(HELD_OUT, "ko", "en").values() for text in texts}
    return {text: place for text, place in (_greetings() | taught).items() if text not in unseen}


def _greetings() -> dict[str, int]:
    with (EXAMPLES / "general.jsonl").open(encoding="utf-8") as rows:
        known = [row for row in map(json.loads, rows) if row["label"] == Label.GREETING]
    return {
        row["question"]: KINDS.index(_ALSO[row["kind"]]) for row in known if row["kind"] in _ALSO
    }


if __name__ == "__main__":
    typer.run(main)
