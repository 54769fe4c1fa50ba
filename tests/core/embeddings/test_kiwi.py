"""The built-in embedder."""

import gc
import unicodedata
import weakref

import numpy as np
import pytest

from config.resources import ENCODER, load_loanwords
from core.embeddings.kiwi import KiwiEncoder
from core.errors import ConfigError
from core.retrieval.array_files import read_arrays, write_arrays
from core.text.korean import Analyzer


def cosine(encoder, one, other):
    first, second = encoder.embed([one, other])
    return float(first @ second)


def test_vectors_have_length_one(encoder):
    """One row a text, in the order given, whatever else is in the batch."""
    texts = ["정산은 언제 되나요?", "배송비", "통장 바꾸기 " * 100]
    vectors = encoder.embed(texts)
    assert vectors.shape == (3, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert encoder.embed([text])[0] == pytest.approx(vector, abs=1e-6)


@pytest.mark.parametrize("text", ["", "  ", "?!", "그리고", "ㅋㅋㅋ"])
def test_a_text_without_content_has_no_direction(encoder, text):
    assert not encoder.embed([text]).any()


def test_no_texts_no_vectors(encoder):
    assert encoder.embed([]).shape == (0, encoder.dimension)


def test_meaning_is_nearer_than_chance(encoder):
    """The same in other words is nearer than another matter."""
    assert cosine(encoder, "정산은 언제 되나요?", "돈은 며칠 뒤에 들어와요") > 0.3
    assert cosine(encoder, "정산은 언제 되나요?", "돈은 며칠 뒤에 들어와요") > 0.2 + cosine(
        encoder, "정산은 언제 되나요?", "송장번호는 어디에 적나요"
    )


@pytest.mark.parametrize(
    ("word", "kin", "other"),
    [
        ("refund/N", "money/N", "park/N"),
        ("late/N", "overdu/N", "swim/N"),
        ("환불/N", "반품/N", "주차/N"),
        ("요금/N", "비용/N", "수영/N"),
    ],
)
def test_words_are_compared_by_what_is_asked_with_them(encoder, word, kin, other):
    (first, second, third), _ = encoder.of_words([word, kin, other])
    assert first @ second > 0.5
    assert first @ third < 0.2


def test_a_word_of_any_question_is_less_important_than_what_is_asked_about(encoder):
    any_question, matter = encoder.of_words(["어떻/VA", "환불/N"])[1]
    assert matter > 2 * any_question


@pytest.mark.parametrize(
    ("said", "meant", "other"),
    [
        ("낸 돈을 도로 받고 싶은데요", "환불", "결제 수단"),
        ("차는 어디다 대면 되나요", "주차", "오시는 길"),
        ("can I have my money back", "Refunds", "Payment methods"),
        ("the app is crawling today", "Slow performance", "Supported browsers"),
        ("환불", "Refunds", "Parking"),
    ],
)
def test_people_mean_a_topic_without_naming_it(encoder, said, meant, other):
    """Other words for a matter lie nearer to its title than to a neighbour's, in any language."""
    assert cosine(encoder, said, meant) > 0.05 + cosine(encoder, said, other)


@pytest.mark.parametrize(
    ("unknown", "near", "far"),
    [("고래", "물고기", "로그인"), ("행성", "우주", "환불"), ("화성", "우주", "정산")],
)
def test_an_unknown_word_lies_near_its_kin(encoder, unknown, near, far):
    """A word that training never saw gets its place from Kiwi's own language model."""
    terms = encoder._analyzer.terms(unknown)
    assert all(encoder._trained.get(term) is None for term in terms)
    assert encoder.embed([unknown]).any()
    assert cosine(encoder, unknown, near) > 0.15 + cosine(encoder, unknown, far)


@pytest.mark.parametrize("word", ["쥬쥬뿌릉", "뷁뷁", "asdfqwer", "\U0001f600"])
def test_a_word_that_nobody_knows_is_nothing(encoder, word):
    """No vector, no error, and the rest of the text counts as if it were not there.

    Kiwi gives all of them one id: taken for a word, any two nonsenses would mean the same.
    """
    assert not encoder.embed([word]).any()
    assert cosine(encoder, f"{word} 정산", "정산") == pytest.approx(1, abs=1e-5)


def test_a_repeated_word_counts_less_each_time(encoder):
    """A text that says one word ten times is not only about that word."""
    mixed = cosine(encoder, "반품 " * 10 + "쿠폰", "쿠폰")
    assert mixed > cosine(encoder, "반품 " * 1000 + "쿠폰", "쿠폰") > 0.02
    assert cosine(encoder, "반품 쿠폰", "쿠폰") > mixed


def test_decomposed_text_has_the_same_vector(encoder):
    text = "정산 계좌 변경"
    assert cosine(encoder, text, unicodedata.normalize("NFD", text)) == pytest.approx(1, abs=1e-5)


def test_two_loads_give_the_same_vectors(encoder, analyzer):
    """To the last bit, also of words that are not in the table: nothing depends on the order."""
    other = KiwiEncoder.load(ENCODER, Analyzer(analyzer.kiwi, load_loanwords()))
    texts = ["토마토 배송", "정산", "트럭 반품비", "피아노"]
    assert other.fingerprint == encoder.fingerprint != ""
    assert np.array_equal(other.embed(texts[::-1])[::-1], encoder.embed(texts))


def test_other_terms_are_another_embedder(encoder, analyzer):
    """Without the loan words a text gives other terms: such vectors must not be mixed with ours."""
    other = KiwiEncoder.load(ENCODER, Analyzer(analyzer.kiwi))
    assert other.fingerprint != encoder.fingerprint


def _without(name):
    arrays = read_arrays(ENCODER)
    del arrays[name]
    return arrays


def test_a_file_of_another_model_is_one_clear_line(tmp_path, analyzer):
    write_arrays(tmp_path / "encoder.npz", _without("table"))
    with pytest.raises(ConfigError, match="Restore the file"):
        KiwiEncoder.load(tmp_path / "encoder.npz", analyzer)


def test_what_is_done_with_leaves_memory_at_once(analyzer, tmp_path):
    """Kiwi takes 340 MB: the garbage collector may not come by for minutes."""
    model = tmp_path / "encoder.npz"  # which no test has loaded before, and nothing keeps
    model.symlink_to(ENCODER)
    gc.disable()
    try:
        analyzer = Analyzer(analyzer.kiwi, load_loanwords())
        encoder = KiwiEncoder.load(model, analyzer)
        encoder.embed(["배송비가 zebra 얼마예요"])
        kept = [weakref.ref(one) for one in (analyzer, encoder)]
        del analyzer, encoder
        assert [ref() for ref in kept] == [None, None]
    finally:
        gc.enable()
