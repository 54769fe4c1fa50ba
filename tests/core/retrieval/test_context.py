"""The reading of a question in its conversation."""

import pytest
from fakes.faq import FAQ

from core.retrieval.hits import is_answer
from core.types import Exchange

SETTLEMENT, ACCOUNT, DOCUMENTS, SIGN_UP, FEE, TRACKING, RETURNS, RETURN_FEE = (
    e.title for e in FAQ[:8]
)
GIF, _, COUPON, _ = (e.title for e in FAQ[8:])


def best(retriever, question, *history):
    return retriever.search(question, history)[0].title


def after(entry_title, *sources):
    return Exchange(entry_title, "…", sources)


@pytest.mark.parametrize(
    ("asked", "past", "title"),
    [
        ("그럼 서류는요?", after(SIGN_UP, SIGN_UP), DOCUMENTS),
        ("누가 내요?", after(RETURNS, RETURNS), RETURN_FEE),
        ("다른 데로 바꿀 수도 있어요?", after(ACCOUNT), ACCOUNT),
    ],
)
def test_an_elliptical_question_is_read_in_its_conversation(retriever, asked, past, title):
    with_past, alone = retriever.search(asked, [past]), retriever.search(asked)
    assert with_past[0].title == title
    assert is_answer(with_past)
    place = [hit.title for hit in alone].index(title)
    assert place > 0 or alone[0].score < with_past[0].score + 0.25


def test_a_question_without_a_topic_is_about_the_one_before(retriever):
    """얼마나 걸려요 alone is about nothing."""
    assert not is_answer(retriever.search("얼마나 걸려요?"))
    assert best(retriever, "얼마나 걸려요?", after(SETTLEMENT)) == SETTLEMENT
    assert best(retriever, "얼마나 걸려요?", after(RETURNS)) == RETURNS


@pytest.mark.parametrize("asked", [FEE, DOCUMENTS, COUPON, "집에서 만든 반찬을 팔아도 되나요"])
def test_a_question_that_stands_alone_is_not_dragged_away(retriever, asked):
    """Whatever was talked about before; right after a near neighbour it is at least second."""
    alone = best(retriever, asked)
    for past in (SETTLEMENT, RETURN_FEE, SIGN_UP):
        assert best(retriever, asked, after(past, past)) == alone
    hits = retriever.search(asked, [after(TRACKING, TRACKING)])
    assert alone in [hit.title for hit in hits[:2]]


def test_a_chain_of_elliptical_questions_reaches_back(retriever):
    """To the last one that says what it is about, and not beyond it."""
    chain = [after(RETURN_FEE), after("그럼 제주는요?")]
    assert best(retriever, "얼마나요?", *chain) == RETURN_FEE
    assert best(retriever, "얼마나요?", *chain[1:]) != RETURN_FEE
    whole = after("판매자로 가입하려면 어떤 서류가 필요한가요?")
    beyond = retriever.search("얼마나요?", [*chain, whole])
    assert beyond == retriever.search("얼마나요?", [whole])


def test_only_the_last_turns_count(retriever):
    """However long the conversation, three of them."""
    short = [after("왜요?"), after("그건요?"), after("언제요?")]
    assert retriever.search("얼마나요?", [after(RETURN_FEE), *short]) == retriever.search(
        "얼마나요?", short
    )


def test_a_nearer_turn_counts_more(retriever):
    one, other = after("반품은요?"), after("쿠폰은요?")
    scores = [
        {hit.title: hit.score for hit in retriever.search("얼마나요?", past)}
        for past in ([one, other], [other, one])
    ]
    assert scores[0][COUPON] > scores[1][COUPON]
    assert scores[1][RETURNS] > scores[0][RETURNS]


def test_what_the_conversation_alone_finds_answers_nothing(retriever):
    """The last answer is near to any short remark; it answers what it has something of."""
    last = retriever.search("정산은 언제 되나요", limit=1)[0].title
    history = [Exchange("정산은 언제 되나요", "…", (last,))]
    assert not is_answer(retriever.search("와이파이 비밀번호", history))
    assert is_answer(retriever.search("정산 계좌는요", history))
    # "기린" is in no entry, and near to no word of the last answer.
    assert not is_answer(retriever.search("그럼 기린은요?", history))


def test_a_question_that_stands_for_itself_is_found_in_any_conversation(retriever):
    """Whatever was talked about before, another subject is found as if nothing had been said."""
    for last in (SETTLEMENT, RETURNS, SIGN_UP):
        for asked in (TRACKING, GIF, FEE, "쿠폰은 어떻게 만드나요?"):
            found = retriever.search(asked, [after(last, last)])
            assert found[0].title == best(retriever, asked)
            assert found[0].answers


def test_a_question_that_points_back_is_read_in_its_conversation(retriever):
    """What it finds by itself is chance."""
    history = [after(RETURNS, RETURNS)]
    for asked in ("그럼 배송비는 누가 내나요?", "그건 얼마예요?"):
        assert retriever.search(asked, history) != retriever.search(asked)
    assert best(retriever, "그럼 배송비는 누가 내나요?", *history) == RETURN_FEE


def test_what_an_and_adds_is_another_question(retriever):
    """It is found as if nothing had been said, and what leans on the last answer is not."""
    asked = "아 그리고 택배 추적은 어떻게 하나요"
    assert best(retriever, asked, after(RETURN_FEE, RETURN_FEE)) == TRACKING


def test_a_case_is_one_of_what_was_asked_before(retriever):
    """A condition alone asks nothing, and the entry that has just answered may say more of it."""
    assert best(retriever, "사업자면요?") == DOCUMENTS
    assert best(retriever, "사업자면요?", after(ACCOUNT, ACCOUNT)) == ACCOUNT
    assert not is_answer(retriever.search("법인이면요?", [after(ACCOUNT, ACCOUNT)]))


def test_an_entry_that_has_nothing_of_the_question_comes_after_those_that_answer(retriever):
    """The last answer has the highest score, which comes from the conversation alone."""
    found = retriever.search("등록증이면요?", [after(SETTLEMENT, SETTLEMENT)])
    assert found[0].title == DOCUMENTS
    assert found[0].answers


def test_where_both_readings_find_the_same_entry_the_surer_one_counts(retriever):
    history = [after(SETTLEMENT, SETTLEMENT)]
    for asked in ("그럼 쿠폰은 어떻게 만드나요?", "그럼 송장번호는 어디에 입력하나요?"):
        (alone,) = retriever.search(asked, limit=1)
        (found,) = retriever.search(asked, history, limit=1)
        assert found.title == alone.title
        assert found.confidence >= alone.confidence - 1e-6


def test_a_question_without_its_verb_is_about_what_was_said_even_where_it_finds_much(retriever):
    """After a return, "배송비는요?" means that of the return, however sure another entry is."""
    assert best(retriever, "배송비는요?", after(RETURNS, RETURNS)) == RETURN_FEE


def test_what_the_faq_does_not_answer_is_not_answered_by_the_entry_before(retriever):
    """A question that names its subject is found as if nothing had been said."""
    for last in (SETTLEMENT, RETURNS, SIGN_UP):
        for asked in (
            "주차장 이용 요금이 얼마예요?",
            "사무실 임대료는 얼마인가요?",
            "how much is parking here",
        ):
            assert retriever.search(asked, [after(last, last)]) == retriever.search(asked)
