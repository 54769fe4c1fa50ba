"""The topics that the encoder learns from."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from config.resources import EXAMPLES

FILES = sorted((EXAMPLES / "topics").glob("*.jsonl"))


def test_there_are_organisations_of_many_trades():
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_question_belongs_to_one_topic_of_its_organisation(path):
    """Training takes every other topic of the file for a wrong answer."""
    topics = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({topic["topic"] for topic in topics}) == len(topics) >= 25
    for topic in topics:
        for language in ("ko", "en"):
            assert len(topic[language]) == 8
            assert len(topic[f"titles_{language}"]) == 2
            assert topic[f"answer_{language}"].strip()
    asked = Counter(question for topic in topics for question in topic["ko"] + topic["en"])
    assert max(asked.values()) == 1
