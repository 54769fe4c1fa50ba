"""A question is held against the words of entries, one by one."""

import gc
import weakref

import numpy as np
import pytest

from core.retrieval.alignment import Alignment
from core.retrieval.lexical.index import Fields, LexicalIndex
from core.retrieval.overlay.lessons import LessonOverlay, Prepared, SourcedEntry, laid_over

MEANINGS = {"bike": 0, "bicycle": 0, "refund": 1, "late": 2, "repair": 3, "of": 4, "child": 5}


class Meanings:
    """Words of one meaning have one vector; an unknown word has none."""

    def of_words(self, terms):
        vectors = np.zeros((len(terms), len(set(MEANINGS.values()))), np.float32)
        for row, term in enumerate(terms):
            if term in MEANINGS:
                vectors[row, MEANINGS[term]] = 1.0
        return vectors, np.array([0.1 if term == "of" else 1.0 for term in terms], np.float32)


def fields(title, answer=""):
    return Fields(
        faq_id=f"id-{title}",
        title=title,
        questions=(),
        title_terms=tuple(title.split()),
        answer_terms=tuple(answer.split()),
        question_terms=(),
        text=answer,
    )


def aligned(index, asked, rows=None):
    rows = range(len(index)) if rows is None else rows
    whole, title = Alignment(index, Meanings()).scores(dict.fromkeys(asked.split(), 1.0), rows)
    return whole.tolist(), title.tolist()


INDEX = LexicalIndex.build(
    [fields("bike repair"), fields("refund", "late bike"), fields("bike repair child")]
)


def test_a_word_of_the_same_meaning_counts_as_the_word_itself():
    whole, _ = aligned(INDEX, "bicycle late")
    assert whole[1] == max(whole) == pytest.approx(1)
    assert aligned(INDEX, "bicycle repair", [0]) == ([pytest.approx(1)], [pytest.approx(1)])


def test_a_word_that_nothing_comes_near_to_is_not_covered():
    """However well the others fit; the rarer it is, the more it counts."""
    (whole,), _ = aligned(INDEX, "bike repair aeroplane", [0])
    assert 0 < whole < 0.7


def test_a_word_that_tells_little_of_what_is_asked_counts_little():
    """Although the FAQ has neither."""
    index = LexicalIndex.build([fields("bike repair")])
    (lacking_of,), _ = aligned(index, "bike of")
    (lacking_late,), _ = aligned(index, "bike late")
    assert lacking_of > 2 * lacking_late


def test_a_word_that_nothing_else_comes_near_to_names_the_title():
    """The importance of the title's words counts as that of the question's does."""
    _, title = aligned(LexicalIndex.build([fields("bike of"), fields("bike child")]), "bike")
    assert title[0] > title[1]


def test_a_word_that_no_vector_is_known_of_is_found_as_it_is_written():
    index = LexicalIndex.build([fields("xyzzy"), fields("plugh")])
    assert aligned(index, "xyzzy") == ([1, 0], [1, 0])


def test_a_title_that_says_more_than_was_asked_is_behind_the_plain_one():
    whole, title = aligned(INDEX, "bicycle repair")
    assert whole[0] == whole[2]
    assert title[0] > title[2] > title[1]


def test_the_answer_counts_for_the_whole_entry_and_not_for_its_title():
    whole, title = aligned(INDEX, "late", [1])
    assert whole == [1]
    assert title == [0]


@pytest.mark.parametrize("asked", ["", "aeroplane"])
def test_what_has_nothing_in_common_aligns_with_nothing(asked):
    assert aligned(INDEX, asked) == ([0, 0, 0], [0, 0, 0])
    assert aligned(LexicalIndex.build([]), asked) == ([], [])


def test_lessons_are_aligned_like_entries_also_by_words_that_the_faq_lacks():
    lesson = fields("late child xyzzy")
    entry = SourcedEntry("learned:1", lesson.title, "an answer")
    index = laid_over(INDEX, LessonOverlay.of([Prepared(entry, lesson, None)]))
    whole, title = aligned(index, "late xyzzy child")
    assert whole[3] == pytest.approx(1)
    assert title[3] == pytest.approx(1)
    assert whole[:3] < [0.7] * 3
    assert aligned(index, "bike repair")[0][:3] == aligned(INDEX, "bike repair")[0]


class Counted(Meanings):
    """Notes whose vectors are asked for."""

    def __init__(self):
        self.asked = []

    def of_words(self, terms):
        self.asked.extend(terms)
        return super().of_words(terms)


def test_the_words_of_a_faq_are_read_once_for_all_lessons_over_it():
    lesson = fields("late child xyzzy repair")
    entry = SourcedEntry("learned:1", lesson.title, "an answer")
    index = laid_over(INDEX, LessonOverlay.of([Prepared(entry, lesson, None)]))
    words = Counted()
    faq = Alignment(INDEX, words)
    words.asked.clear()
    shared = Alignment(index, words, faq)
    assert set(words.asked) == set(index.vocabulary) - set(INDEX.vocabulary)
    assert "xyzzy" in words.asked
    for asked in ("late xyzzy child", "bike repair", "bicycle", "nothing of it"):
        whole, title = shared.scores(dict.fromkeys(asked.split(), 1.0), range(len(index)))
        assert (whole.tolist(), title.tolist()) == aligned(index, asked)


def test_it_does_not_keep_an_index_that_is_served_no_more():
    """The search keeps an alignment only as long as its index."""
    index = LexicalIndex.build([fields("bike repair")])
    kept = Alignment(index, Meanings())
    gone = weakref.ref(index)
    del index
    gc.collect()
    assert gone() is None
    assert kept.scores({"bike": 1.0}, [0])[0].tolist() == [1.0]


def test_an_index_that_is_read_again_aligns_alike(tmp_path):
    INDEX.save(tmp_path / "index.npz")
    again = LexicalIndex.load(tmp_path / "index.npz")
    for asked in ("bicycle repair", "late refund", "child"):
        assert aligned(again, asked) == aligned(INDEX, asked)
