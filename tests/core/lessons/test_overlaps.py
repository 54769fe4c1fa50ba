"""Lessons that the FAQ answers, too, or contradicts."""

from dataclasses import replace

from core.lessons.overlaps import overlaps_of
from core.text.safety.claims import contradicts
from core.types import Entry, Lesson, LessonState, SessionId

LESSON = Lesson("l1", SessionId("s"), "견학은 언제 되나요?", "견학은 매주 3일에 할 수 있어요.")
ENTRY = Entry("e1", "물류센터 견학", "견학은 매달 7일에 할 수 있어요.")


def found(*lessons, entry=ENTRY):
    overlaps = overlaps_of(
        lessons,
        lambda asked: [entry] * len(asked),
        lambda answer, beside: contradicts(answer, beside.text),
    )
    return [(one.lesson.id, one.title, one.contradicts) for one in overlaps]


def test_a_lesson_that_the_faq_contradicts_comes_before_one_that_it_covers():
    same = replace(LESSON, id="l2", answer="견학은 매달 7일에 할 수 있어요.")
    assert found(same, LESSON) == [("l1", ENTRY.title, True), ("l2", ENTRY.title, False)]


def test_what_the_faq_does_not_answer_is_left_out():
    assert found(LESSON, entry=None) == []


def test_a_lesson_that_is_held_or_only_offered_is_left_out():
    assert found(*(replace(LESSON, state=s) for s in (LessonState.HELD, LessonState.OFFERED))) == []
