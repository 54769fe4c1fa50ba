"""The memory of topics, by which texts lean to what organisations were asked."""

from __future__ import annotations

import numpy as np
import pytest

from core.embeddings.topics import Topics
from core.ports import TextKind
from core.retrieval.vectors import unit

# Two topics of four words: an entry has the words 0 or 2, what is asked about it 1 or 3.
ENTRIES = np.array([[1, 0, 0, 0], [0, 0, 1, 0]], np.float32)
QUESTIONS = np.array([[0, 1, 0, 0], [0, 0, 0, 1]], np.float32)


@pytest.fixture
def topics():
    return Topics(ENTRIES, QUESTIONS)


def test_a_question_leans_to_the_entries_of_its_topic(topics):
    (meant,) = topics.of_questions(QUESTIONS[:1])
    assert meant @ ENTRIES[0] > 0.5
    assert abs(meant @ ENTRIES[1]) < 0.1
    assert np.linalg.norm(meant) == pytest.approx(1, abs=1e-6)


def test_a_passage_leans_to_how_its_topic_is_asked_for(topics):
    (told,) = topics.of_passages(unit(ENTRIES[:1] + 0.5 * QUESTIONS[:1]))
    (without,) = unit(ENTRIES[:1] + 0.5 * QUESTIONS[:1])
    assert told @ QUESTIONS[0] > 0.2 + without @ QUESTIONS[0]
    assert abs(told @ QUESTIONS[1]) < 0.01


def test_what_no_organisation_was_asked_stays_as_it_is(topics):
    """A text whose nearest topic is far has nothing to learn from it."""
    near = unit(np.array([[0.0, 0.35, -0.9, 0.0]], np.float32))
    assert topics.of_questions(near) == pytest.approx(near, abs=1e-6)


def test_a_text_without_content_stays_without(topics):
    assert not topics.of_questions(np.zeros((2, 4), np.float32)).any()
    assert topics.of_passages(np.zeros((0, 4), np.float32)).shape == (0, 4)


def test_a_model_without_topics_changes_nothing():
    assert Topics.of({}).of_questions(QUESTIONS) is QUESTIONS


def test_topics_are_stored_in_eight_bits():
    rng = np.random.default_rng(3)
    entries, questions = (unit(rng.normal(size=(20, 32)).astype(np.float32)) for _ in range(2))
    arrays = Topics(entries, questions).arrays()
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.int8)}
    asked = unit(entries + questions)
    assert Topics.of(arrays).of_questions(asked) == pytest.approx(
        Topics(entries, questions).of_questions(asked), abs=0.02
    )


def test_a_question_leans_and_a_title_does_not(encoder):
    """A label of one word says too little of what it stands for."""
    asked, title = (
        encoder.embed(["차 댈 데 있나요"], kind)[0] for kind in (TextKind.QUESTION, TextKind.TITLE)
    )
    (parking,) = encoder.embed(["Parking"], TextKind.TITLE)
    assert asked @ parking > 0.1 + title @ parking
