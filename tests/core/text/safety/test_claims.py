"""What a model claims has to stand in the passages that it cites."""

import pytest

from core.text.amounts import amounts
from core.text.safety import claims
from core.text.safety.claims import ClaimFilter

SOURCE = (
    "환불은 결제 후 7일 안에 신청할 수 있습니다. "
    "수수료는 30,000원입니다. 주말에는 접수하지 않습니다."
)


def is_held(sentence, sources, question=""):
    """Return whether a filter lets a sentence pass that cites all of the sources."""
    watch = ClaimFilter(question)
    return bool((watch.feed(sentence, sources, sources) + watch.close(sources, sources)).strip())


@pytest.mark.parametrize(
    "sentence",
    [
        "결제하고 7일 안에 신청하시면 됩니다.",
        "수수료는 3만 원이에요.",
        "주말에는 접수하지 않아요.",
        "1. 환불을 신청합니다.",
        "편하게 문의해 주세요.",
    ],
)
def test_what_the_passage_says_passes(sentence):
    assert is_held(sentence, [SOURCE])


@pytest.mark.parametrize(
    "sentence",
    [
        "결제하고 14일 안에 신청하시면 됩니다.",
        "수수료는 7%입니다.",
        "수수료는 5만 원이에요.",
        "주말에는 접수합니다.",
        "환불은 결제 후 7일 안에 신청할 수 없습니다.",
    ],
)
def test_another_number_unit_or_negation_is_not_held(sentence):
    assert not is_held(sentence, [SOURCE])


def test_english_claims_are_checked_alike():
    source = "You can cancel within 30 days. Annual plans are not refunded."
    assert is_held("You can cancel within 30 days.", [source])
    assert not is_held("You can cancel within 60 days.", [source])
    assert not is_held("Annual plans are refunded.", [source])


@pytest.mark.parametrize(
    ("sentence", "source", "held"),
    [
        ("음식은 반입을 삼가 주세요.", "음식은 반입할 수 있습니다.", False),
        ("음식 반입이 가능합니다.", "음식 반입은 제한됩니다.", False),
        ("환불할 수 있습니다.", "환불은 어렵습니다.", False),
        ("사진을 찍지 마세요.", "사진을 찍어도 됩니다.", False),
        ("Dogs are allowed in the halls.", "Dogs are prohibited in the halls.", False),
        ("You are unable to change the date.", "You can change the date.", False),
        ("주말에는 이용이 어렵습니다.", "주말에는 이용할 수 없습니다.", True),
        ("환불이 어려우시면 문의해 주세요.", "언제든지 문의해 주세요.", True),
        ("Smoking is prohibited there.", "You may not smoke there.", True),
        ("Cards are accepted.", "Cards are accepted. Cheques are refused.", True),
    ],
)
def test_a_negation_may_have_other_words(sentence, source, held):
    assert is_held(sentence, [source]) is held


def test_numbers_of_the_question_may_be_repeated():
    assert is_held(
        "25일에 결제하셨다면 신청하실 수 있어요.", ["언제든 신청합니다."], "25일에 결제했어요"
    )


def test_a_filter_lets_whole_sentences_pass_and_counts_what_it_withholds():
    watch = ClaimFilter("")
    pieces = ["환불은 7일 ", "안에 됩니다. [1] 수수료는 9", "0원입니다. [1]\n주말은 쉽니다."]
    shown = "".join(watch.feed(piece, [SOURCE], [SOURCE]) for piece in pieces)
    shown += watch.close([SOURCE], [SOURCE])
    assert "7일 안에" in shown
    assert "90원" not in shown
    assert "주말은" in shown
    assert watch.withheld == 1
    assert watch.passed


def test_a_sentence_stands_on_the_passage_that_it_cites():
    watch = ClaimFilter("")
    cited = ["반품 배송비는 6,000원입니다.", "교환 배송비는 8,000원입니다."]
    assert watch.feed("반품은 6,000원입니다 [1]. ", cited, cited)
    assert not watch.feed("교환은 6,000원입니다 [2]. ", cited, cited).strip()


@pytest.mark.parametrize(("passage", "times"), [("환불은 7일입니다. 가", 1), ("나 " * 3_000, 2)])
def test_a_passage_is_read_once_for_all_its_sentences_and_a_short_one_for_all_answers(
    monkeypatch, passage, times
):
    """Many answers stand on the same passages, and reading them is what takes long."""
    read = []
    monkeypatch.setattr(claims, "amounts", lambda text: read.append(text) or amounts(text))
    for _ in range(2):
        watch = ClaimFilter("")
        for _ in range(3):
            watch.feed("환불은 7일입니다. ", [passage], [passage])
    assert read.count(passage) == times


TERMS = "장작은 1만 5천 원입니다. Refunds take three to five business days."


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("장작은 15,000원입니다.", True),
        ("장작은 5,000원입니다.", False),
        ("Refunds take 3 to 5 business days.", True),
        ("Refunds take two weeks.", False),
        ("The price is cut by 50%.", False),
    ],
)
def test_amounts_in_parts_and_lengths_in_words(sentence, holds):
    claims = ClaimFilter("")
    assert bool(claims.feed(f"{sentence}\n", [], [TERMS]).strip()) is holds
