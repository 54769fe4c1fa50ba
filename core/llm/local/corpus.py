"""Pairs of question and answer to train on, from a FAQ or from files in SQuAD's format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.errors import SourceError
from core.types import Entry

NO_ANSWER = "[[NONE]]"
"""What a model says where the text holds no answer; the same mark as in the bot's own prompts."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question with its answer; `context` is the text that the answer stands in, or "".

    Pairs of one `group` are never split between training and validation.
    """

    question: str
    answer: str
    context: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The pairs to train on, and those that are held out."""

    train: tuple[Pair, ...]
    held_out: tuple[Pair, ...]


def pairs_of_entries(entries: Iterable[Entry]) -> Iterator[Pair]:
    """Yield a pair for the title of each entry and for every question written for it.

    Each phrasing is a group of its own: what is held out is an unknown way to ask for a known
    entry, since a model without passages cannot know an entry that it has never read.
    """
    for entry in entries:
        for question in dict.fromkeys((entry.title, *entry.questions)):
            yield Pair(question, entry.text, group=f"{entry.faq_id}/{question}")


def read_squad(path: Path) -> list[Pair]:
    """Read the pairs of a SQuAD 1.1, SQuAD 2.0 or KorQuAD 1.0 file.

    A question without an answer gets `NO_ANSWER`. Pairs of one article are one group.
    https://rajpurkar.github.io/SQuAD-explorer/

    Raises:
        SourceError: the file cannot be read, or is not in that form; the line says where.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SourceError(f"{path} is not JSON: {error}") from error
    place = "data"
    pairs = []
    try:
        for number, article in enumerate(document["data"]):
            place = f"data[{number}]"
            for paragraph in article["paragraphs"]:
                group = str(article.get("title") or place)
                pairs += [_squad_pair(question, paragraph, group) for question in paragraph["qas"]]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise SourceError(f"{path} is not in SQuAD's form at {place}: {error!r}") from error
    if not pairs:
        raise SourceError(f"{path} holds no question")
    return pairs


def split(pairs: Sequence[Pair], *, share: float = 0.1, seed: int = 0) -> Corpus:
    """Hold out whole groups until about `share` of the pairs are held out; one pair at least.

    Raises:
        SourceError: there are fewer than two groups, so that nothing can be held out.
    """
    groups: dict[str, list[Pair]] = {}
    for pair in dict.fromkeys(pairs):
        groups.setdefault(pair.group, []).append(pair)
    if len(groups) < 2:
        raise SourceError(
            f"{len(groups)} independent question(s) are too few: at least two are needed, "
            "one to train on and one to validate with"
        )
    order = sorted(groups, key=lambda group: sha256(f"{seed}/{group}".encode()).digest())
    wanted = max(1, round(share * sum(map(len, groups.values()))))
    train: list[Pair] = []
    held_out: list[Pair] = []
    for group in order[:-1]:
        (held_out if len(held_out) < wanted else train).extend(groups[group])
    return Corpus((*train, *groups[order[-1]]), tuple(held_out))


def _squad_pair(row: dict[str, Any], paragraph: dict[str, Any], group: str) -> Pair:
    answers = [] if row.get("is_impossible") else row["answers"]
    answer = str(answers[0]["text"]) if answers else NO_ANSWER
    return Pair(str(row["question"]), answer, str(paragraph["context"]), group)
