"""A lesson is tried out on the FAQ's own questions before it is served, and changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.faq import FAQ

from core.retrieval.overlay.lesson_sync import prepared_of, vectors_of
from core.retrieval.overlay.lessons import LessonOverlay
from core.retrieval.overlay.rehearsal import Rehearsal, answering
from core.retrieval.ranking import best
from core.types import Lesson, LessonState, SessionId

TITLE = FAQ[0].title


def lesson(question, answer="총무팀에서 알려 드립니다.", name="l1"):
    return Lesson(name, SessionId("s"), question, answer)


@pytest.fixture
def search(faq_index, make_retriever, tmp_path):
    return make_retriever(faq_index, tmp_path / "cache")


@pytest.fixture
def rehearsal(search, analyzer):
    return Rehearsal(search, analyzer)


def test_a_lesson_on_an_entry_s_own_question_takes_it(rehearsal):
    assert TITLE in rehearsal.taken(lesson(TITLE))
    written = FAQ[0].questions[0]
    assert written in rehearsal.taken(lesson(written))


def test_a_liked_question_takes_what_another_entry_had_and_not_its_own(rehearsal):
    def liked(question, entry):
        return replace(lesson(question, entry.title), state=LessonState.LIKED)

    assert TITLE in rehearsal.taken(liked(TITLE, FAQ[1]))
    assert rehearsal.taken(liked(TITLE, FAQ[0])) == []


def test_a_lesson_on_something_else_takes_nothing(rehearsal):
    assert rehearsal.taken(lesson("사내 헬스장은 몇 시까지 하나요?")) == []


def test_a_lesson_that_is_as_near_as_an_entry_comes_behind_it(search, analyzer, encoder):
    """Unless it was taught for this very question."""
    one = lesson("사내 헬스장은 몇 시까지 하나요?")
    laid = prepared_of([one], vectors_of(encoder, [one]), analyzer)
    search.serving.now()
    search.serving.lay(LessonOverlay.of(list(laid.values())))
    lexical = search.serving.now().lexical
    taught, seen = len(FAQ), np.full(len(FAQ) + 1, True)
    for official in range(len(FAQ)):
        equal = np.zeros(len(FAQ) + 1, np.float32)
        equal[[official, taught]] = 0.7
        in_other_words = lexical.favoured("헬스장 언제까지 해요", equal)
        assert best(in_other_words, seen, 1) == [official]
        assert best(in_other_words, seen, 2) == [official, taught]
        as_taught = lexical.favoured("사내 헬스장은 몇 시까지 하나요", equal)
        assert best(as_taught, seen, 1) == [taught]


def test_what_is_served_stays_as_it_is(search, rehearsal):
    before = [(hit.faq_id, hit.score) for hit in search.search(TITLE)]
    rehearsal.taken(lesson(TITLE))
    assert [(hit.faq_id, hit.score) for hit in search.search(TITLE)] == before


def test_entries_that_answer_a_lesson_s_question_are_found(rehearsal):
    assert rehearsal.answering(lesson(TITLE))[0].title == TITLE
    assert rehearsal.answering(lesson("사내 헬스장은 몇 시까지 하나요?")) == []


def test_the_entry_that_answers_each_lesson_is_found_beside_the_lessons(search, analyzer, encoder):
    both = [lesson(TITLE, name="l1"), lesson("사내 헬스장은 몇 시까지 하나요?", name="l2")]
    search.serving.now()
    search.serving.lay(
        LessonOverlay.of(list(prepared_of(both, vectors_of(encoder, both), analyzer).values()))
    )
    assert [entry and entry.title for entry in answering(search, both)] == [TITLE, None]
