"""The halves of KorQuAD among the evaluation files, put together as one SQuAD 2.0 file.

`python -m bench.korquad korquad.json`, then `faqbot tune local models/korquad --squad
korquad.json`. The halves have no answers: the answer of a question is the sentence of its paragraph
that shares the most pairs of letters with it. Each question is asked once more of another
paragraph, where it has no answer. Two paragraphs that serve each other in this way are one article,
so that none is both trained on and held out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from config.resources import ROOT
from core.text.korean import compact, ngrams

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def articles(texts: Mapping[str, str], questions: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield an article for each question; `questions` are the titles of their paragraphs.

    `texts` are the paragraphs by title.
    """
    partners = _partners(list(texts))
    for number, (question, title) in enumerate(questions.items()):
        if title not in partners:
            continue
        answer = _nearest(question, texts[title])
        other = partners[title]
        found = {"id": f"{number}", "question": question, "is_impossible": False}
        found["answers"] = [{"text": answer, "answer_start": texts[title].index(answer)}]
        lacking = {"id": f"{number}-", "question": question, "is_impossible": True, "answers": []}
        paragraphs = [
            {"context": texts[title], "qas": [found]},
            {"context": texts[other], "qas": [lacking]},
        ]
        yield {"title": " / ".join(sorted((title, other))), "paragraphs": paragraphs}


def _partners(titles: Sequence[str]) -> dict[str, str]:
    """Pair each title with one from the other half; an odd one at the end has none."""
    half = len(titles) // 2
    pairs = list(zip(titles[:half], titles[half:], strict=False))
    return dict(pairs) | {other: title for title, other in pairs}


def _nearest(question: str, text: str) -> str:
    asked = set(ngrams(compact(question), 2, 2))
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    return max(sentences, key=lambda one: len(asked & set(ngrams(compact(one), 2, 2))))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    halves = Path(os.environ.get("FAQBOT_SHARED", ROOT.parent / "shared")) / "eval" / "other"
    texts = {row["title"]: row["answer"] for row in _rows(halves / "korquad.faq.jsonl")}
    questions = {row["question"]: row["relevant"][0] for row in _rows(halves / "korquad.jsonl")}
    data = list(articles(texts, questions))
    file.write_text(json.dumps({"version": "v2.0", "data": data}, ensure_ascii=False))
    print(f"{file}: {2 * len(data):,} questions, half of them without an answer")


if __name__ == "__main__":
    main()
