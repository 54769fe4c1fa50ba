"""Two embedders side by side."""

import numpy as np
import pytest

from core.embeddings.joined import JoinedEmbedder, joined
from core.ports import TextKind
from core.retrieval.vectors import unit


class Table:
    """An embedder of a few known words; it keeps which kinds of texts it was asked for."""

    title_weight = 0.4

    def __init__(self, name, **vectors):
        self.fingerprint = name
        self._vectors = vectors
        self.kinds = []

    def embed(self, texts, kind=TextKind.QUESTION):
        self.kinds.append(kind)
        none = np.zeros_like(next(iter(self._vectors.values())), float)
        return unit(np.array([self._vectors.get(text, none) for text in texts], np.float32))


@pytest.fixture
def tables():
    return Table("a", refund=[1, 0], money=[1, 1]), Table("b", refund=[0, 1, 0], money=[0, 1, 0])


def test_a_cosine_is_the_mean_of_both(tables):
    refund, money = JoinedEmbedder(*tables).embed(["refund", "money"])
    assert refund @ money == pytest.approx((np.sqrt(0.5) + 1) / 2)
    assert np.linalg.norm(refund) == pytest.approx(1)


def test_what_one_of_them_does_not_know_is_told_by_the_other(tables):
    first, second = tables
    second._vectors["Rückgabe"] = [0, 1, 0]
    refund, other, blank = JoinedEmbedder(first, second).embed(["refund", "Rückgabe", ""])
    assert refund @ other == pytest.approx(np.sqrt(0.5))
    assert not blank.any()


def test_both_are_told_what_kind_of_text_it_is(tables):
    JoinedEmbedder(*tables).embed(["refund"], TextKind.PASSAGE)
    assert [table.kinds for table in tables] == [[TextKind.PASSAGE]] * 2


def test_vectors_of_other_models_are_told_apart(tables):
    assert JoinedEmbedder(*tables).fingerprint == joined("a", "b") != joined("b", "a")
