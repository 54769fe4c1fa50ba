"""What a score is worth: how few everyday messages come as far on the same FAQ."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.errors import ModelError
from core.ports import TextKind
from core.retrieval.everyday import Everyday
from core.retrieval.evidence import MEASURES
from core.retrieval.snapshot import LiveIndex
from core.text.spelling.faq_words import FaqWords

MESSAGES = ("오늘 뭐 먹지", "심심해", "it is raining again")


@pytest.fixture
def everyday():
    """A hundred Korean messages whose measures are 0 to 0.99, and one in English at 0.9."""
    messages = [f"안녕 {number}" for number in range(100)]
    values = np.linspace(0, 0.99, 100)
    found = np.column_stack([values] * len(MEASURES))
    return Everyday.of([*messages, "hello"], np.vstack([found, np.full((1, len(MEASURES)), 0.9)]))


def test_what_few_messages_reach_is_surprising(everyday):
    """It grows with the value, beyond the largest as well, and stays within 0 and 6."""
    values = np.linspace(-1, 3, 50)[:, None].repeat(len(MEASURES), axis=1)
    told = everyday.surprise("정산은 언제 되나요", values)
    assert told.shape == values.shape
    assert (np.diff(told, axis=0) >= 0).all()
    assert told.min() >= 0
    assert told.max() == 6.0
    assert everyday.surprise("정산", np.full((1, len(MEASURES)), 0.495))[0, 0] == pytest.approx(
        np.log(2), abs=0.05
    )


def test_a_question_is_compared_with_messages_of_its_own_script(everyday):
    half = np.full((1, len(MEASURES)), 0.5)
    assert (everyday.surprise("refund", half) < everyday.surprise("환불", half)).all()


def test_to_be_ahead_of_messages_in_another_language_than_the_faqs_is_no_surprise():
    """On an English FAQ every Korean message scores next to nothing, and one of them the most."""
    korean = np.column_stack([np.linspace(0, 0.01, 50)] * len(MEASURES))
    english = np.column_stack([np.linspace(0, 0.5, 50)] * len(MEASURES))
    names = [*(f"안녕 {n}" for n in range(50)), *(f"hello {n}" for n in range(50))]
    told = Everyday.of(names, np.vstack([korean, english])).surprise(
        "잠이 안 와", np.full((1, len(MEASURES)), 0.1)
    )
    assert told.max() < np.log(4)


def test_it_is_measured_once_and_kept_beside_the_index(faq_index, analyzer, encoder, tmp_path):
    """The second process reads the file and embeds nothing."""
    from core.retrieval.lexical.synonyms import Synonyms  # noqa: PLC0415
    from core.retrieval.retriever import Retriever  # noqa: PLC0415

    class Counting:
        title_weight = 0.5
        fingerprint = encoder.fingerprint
        texts = 0
        away = True

        def embed(self, texts, kind=TextKind.QUESTION):
            if self.away:
                raise ModelError("away")
            self.texts += len(texts)
            return encoder.embed(texts, kind)

    def opened(embedder):
        return Retriever(
            index=faq_index,
            embedder=embedder,
            analyzer=analyzer,
            synonyms=Synonyms([]),
            words=encoder,
            cache=tmp_path,
            everyday=MESSAGES,
        )

    embedder = Counting()
    assert opened(embedder).serving.refresh().everyday is None, "it is away"
    embedder.away = False
    first = opened(embedder).serving.refresh().everyday
    assert embedder.texts == len(MESSAGES)
    second = opened(embedder).serving.refresh().everyday
    assert embedder.texts == len(MESSAGES)
    assert first.arrays().keys() == second.arrays().keys()
    assert all(np.array_equal(array, second.arrays()[key]) for key, array in first.arrays().items())
    assert first.arrays()["everyday_hangul"].shape == (2, len(MEASURES))
    assert first.arrays()["everyday_other"].shape == (1, len(MEASURES))


class Renamed:
    """An index whose serving generation gets another name, as after an ingest."""

    def __init__(self, index):
        self._index = index
        self.name = "faq-first"

    def serving(self):
        return replace(self._index.serving(), name=self.name)

    def stored(self, generation):
        return self._index.stored(self._index.serving().name)


def test_a_new_index_is_searched_once_its_everyday_messages_are_measured(
    faq_index, analyzer, tmp_path
):
    """Meanwhile other threads search the one before: without measures they would refuse."""
    index, meanwhile = Renamed(faq_index), []

    def measure(snapshot):
        meanwhile.append(live.last)
        return Everyday.of(["안녕", "hello"], np.zeros((2, len(MEASURES))))

    live = LiveIndex(
        index,
        fingerprint=faq_index.serving().fingerprint,
        cache=tmp_path,
        read_titles=partial(FaqWords.of, kiwi=analyzer.kiwi),
        measure=measure,
    )
    first = live.refresh()
    index.name = "faq-second"
    second = live.refresh()
    assert meanwhile == [None, first]
    assert first.everyday is not None
    assert second.everyday is not None
    assert second.generation.name == "faq-second"


KEYS = ("everyday_hangul", "everyday_other")


def test_what_an_earlier_version_measured_is_measured_again():
    with pytest.raises(ValueError, match="another version"):
        Everyday.from_arrays({name: np.zeros((3, 7)) for name in KEYS})
