"""Teaching the encoder on topics."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.train_topics import Bags, Search, trained  # noqa: E402 - torch may be missing


def _bags(*texts: list[int]) -> Bags:
    return Bags([torch.tensor(text) for text in texts], [torch.ones(len(text)) for text in texts])


def test_a_word_moves_to_the_title_that_its_questions_mean():
    """Words 0 and 1 are titles; questions with the words 2 and 3 belong to one of them each."""
    rng = np.random.default_rng(1)
    start = [rng.normal(size=(4, 8)).astype(np.float32) for _ in range(2)]
    search = Search(
        _bags(*[[2], [3]] * 64),
        np.array([0, 1] * 64),
        np.ones(128, np.float32),
        [_bags([0], [1])],
        _bags([0], [1]),
        batch=2,
    )
    for table, before in zip(trained([search], start), start, strict=True):
        assert table[2] @ table[0] > before[2] @ before[0]
        assert table[3] @ table[1] > before[3] @ before[1]
        assert table[2] @ table[0] > table[2] @ table[1]
