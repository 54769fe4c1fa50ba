"""The texts that the sentence model is asked about are those of the examples as they are now."""

from bench.general_words import example_texts
from config.resources import load_everyday


def test_the_examples_are_read_whatever_else_lies_beside_them() -> None:
    texts = example_texts()

    assert set(load_everyday()) <= set(texts)
    assert "기간은요?" in texts  # a message
    assert len(texts) > 5_000
    assert all(texts)
