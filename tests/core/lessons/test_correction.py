"""Which words below an answer correct it, and which only talk."""

import pytest
from fakes.correction_examples import CORRECTS, TALKS

from core.lessons.correction import CorrectionReader


@pytest.fixture(scope="module")
def reader(analyzer, encoder):
    return CorrectionReader(analyzer, encoder.embed)


def found(reader, examples):
    return [one for one in examples if reader.corrects(one.text, **_about(one))]


def _about(one):
    return {"question": one.question, "answer": one.answer}


@pytest.mark.parametrize("one", CORRECTS, ids=lambda one: one.text)
def test_corrects(reader, one):
    assert reader.corrects(one.text, **_about(one))


@pytest.mark.parametrize("one", TALKS, ids=lambda one: one.text)
def test_talks(reader, one):
    assert not reader.corrects(one.text, **_about(one))
