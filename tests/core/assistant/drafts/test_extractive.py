"""Answers made of the entry's own words."""

import re

import pytest

from config.profiles import load_profile
from core.assistant.drafts.extractive import ExtractiveModel
from core.text.korean import Analyzer
from core.types import Exchange, Passage, Written

RETURNS = Passage(
    "r",
    "반품은 어떻게 처리하나요?",
    """반품은 구매자가 신청하고 판매자가 승인합니다.

[반품 승인 방법]
1. [판매관리 > 반품 관리] 메뉴로 접속해 주세요.
2. 승인할 주문을 선택해 주세요.
3. '반품 승인' 버튼을 클릭해 주세요.

[반품 배송비 청구 방법]
1. 반품 주문의 상세 화면을 열어 주세요.
2. 청구할 배송비 금액을 입력해 주세요.

※ 참고.
· 단순 변심이면 구매자가 배송비를 냅니다.""",
    0.8,
)
EXCHANGE = Passage("e", "교환 신청은 어떻게\u00a0처리하나요?", "교환은 재배송으로 처리합니다.", 0.7)
TOPICS = ("배송", "정산", "쿠폰", "리뷰", "톡톡", "재고", "사진", "광고", "통계", "알림")
LONG = Passage(
    "l",
    "스토어 설정에는 무엇이 있나요?",
    "\n\n".join(
        f"[{topic} 항목]\n"
        + "\n".join(f"· {topic} 화면의 {n}번째 값을 정하고 저장합니다." for n in range(1, 15))
        for topic in TOPICS
    ),
    0.9,
)
RARE = {"배송비/N": 4.0, "배송/N": 2.5, "비/N": 3.0, "반품/N": 3.0, "교환/N": 3.5, "어떻/V": 0.5}


LEAD = "반품은 구매자가 신청하고 판매자가 승인합니다.\n\n"


PROFILE = load_profile("ko")


@pytest.fixture(scope="session")
def model():
    return ExtractiveModel(Analyzer.load(), lambda term: RARE.get(term, 5.0), PROFILE)


async def answered(model, question, *passages, history=()):
    """The whole text, and the passages that it says it stands on."""
    _, *pieces, end = [piece async for piece in model.answer(question, history, passages)]
    assert isinstance(end, Written)
    return "".join(pieces), end.used


async def written(model, question, *passages, history=()):
    return (await answered(model, question, *passages, history=history))[0]


def words(text):
    """The text without Markdown markers, backslashes, list bullets and white space."""
    text = re.sub(r"(?<!\\)\*\*", "", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    text = re.sub(r"^[> ]*(?:[-·] )?", "", text, flags=re.MULTILINE)
    return re.sub(r"\s+", "", text)


def body(answer):
    """The lines that are the source's: not the marks and the note of the bot."""
    lines = answer.split("\n")
    return [line for line in lines if line.strip(" >") and line[0] not in "_⋯"]


async def test_the_part_that_answers_comes_first(model):
    """A section that clearly speaks of what was asked comes first, behind the entry's lead."""
    answer = await written(model, "반품 배송비 청구", RETURNS)
    assert answer.startswith(f"{LEAD}**[반품 배송비 청구 방법]**\n1. 반품 주문의")
    assert answer.index("1. 반품 주문의") < answer.index("2. 청구할") < answer.index("> ※ 참고.")
    assert answer.index("단순 변심") < answer.index("[반품 승인 방법]")


async def test_the_source_order_stays_where_nothing_stands_out(model):
    """The words of the title are everywhere: they move nothing."""
    answer = await written(model, "반품 어떻게 처리해요", RETURNS)
    assert answer.startswith("반품은 구매자가 신청하고")


async def test_a_short_entry_is_given_whole(model):
    """Every line of the entry is there, the entry is named, and nothing is said to be left out."""
    answer, used = await answered(model, "반품 배송비 청구", RETURNS, EXCHANGE)
    for line in filter(None, RETURNS.text.split("\n")):
        assert words(line) in words(answer)
    assert used == (RETURNS,)
    assert PROFILE.answer_cut not in answer


async def test_a_detail_of_what_was_just_shown_is_given_alone(model):
    """The rest has been read; to another entry, the same question gets the whole."""
    shown = Exchange(RETURNS.title, "…", (RETURNS.title,))
    detail = "· 단순 변심이면 구매자가 배송비를 냅니다."
    answer = await written(model, "단순 변심이면 배송비는 누가 내요?", RETURNS, history=[shown])
    assert words(answer) == words(detail)
    other = [Exchange(EXCHANGE.title, "…", (EXCHANGE.title,))]
    answer = await written(model, "단순 변심이면 배송비는 누가 내요?", RETURNS, history=other)
    assert words(RETURNS.text.split("\n")[0]) in words(answer)


async def test_a_long_entry_is_given_in_part_and_says_so(model):
    """The part asked for is inside of the budget, gaps are marked, the rest is named."""
    answer = await written(model, "쿠폰이랑 통계 항목", LONG)
    assert len(answer) < 1_200
    assert "쿠폰 화면의 14번째" in answer
    assert "통계 화면의 14번째" in answer
    assert (
        answer.index("쿠폰 화면의 1번째")
        < answer.index("\n\n⋯\n\n")
        < answer.index("통계 화면의 1번째")
    )
    assert f"\n\n_{PROFILE.answer_cut}_" in answer


@pytest.mark.parametrize(
    "passage",
    [
        RETURNS,
        LONG,
        Passage(
            "m",
            "수식",
            "3 * 2 * 1 을 _입력_합니다.\n```\n주의하세요.\n<b> [설정](PC)에서 봅니다.",
            1.0,
        ),
        Passage(
            "p", "약관", "서비스는 약관에 따라 제공하며 회원은 이를 지켜야 합니다. " * 120, 1.0
        ),
        Passage("s", "목록", "1. 아래를 봅니다.\n" + "· 판매자는 내용을 확인합니다.\n" * 150, 1.0),
    ],
)
async def test_every_line_shown_is_in_the_source(model, passage):
    """Nothing is invented, altered or cut inside of a sentence."""
    answer = await written(model, "통계 입력 방법", passage)
    source = words(passage.text)
    shown = body(answer)
    assert shown
    for line in shown:
        assert words(line) in source
        assert words(line)[-1] in ".]`"  # as every line and sentence of these texts ends


async def test_a_long_entry_is_told_from_its_start_where_no_part_is_nearer(model):
    """A lead longer than an introduction is not skipped for a part that has one word more."""
    lead = "회원마다 내는 서류가 다릅니다. " * 30
    notes = "\n".join(f"· 가입 심사의 {n}번째 참고 사항입니다." for n in range(1, 40))
    passage = Passage("d", "가입 서류는 무엇인가요?", f"{lead}\n\n[참고]\n{notes}", 1.0)
    answer = await written(model, "가입하려면 서류 뭐 필요해요?", passage)
    assert answer.startswith("회원마다 내는 서류가 다릅니다.")


@pytest.mark.parametrize("label", ["※ 참고.", "! 주의.", "필요한 서류:"])
async def test_a_cut_answer_does_not_end_with_what_announces_the_rest(model, label):
    listed = f"{label}\n" + "\n".join(f"· {'알림을 켭니다. ' * 30}{n}" for n in range(3))
    for size in range(700, 1_000, 20):
        passage = Passage("n", "긴 안내", f"{'가' * size}.\n\n{listed}", 0.9)
        text, _ = await answered(model, "스토어", passage)
        told = text.removesuffix(f"_{PROFILE.answer_cut}_").rstrip()
        assert told != text.rstrip()
        assert not told.endswith(label)


async def test_two_needs_get_two_entries(model):
    """A question for two things is answered from both entries, each under its title."""
    answer, used = await answered(model, "반품 배송비랑 교환은 어떻게 해요?", RETURNS, EXCHANGE)
    assert answer.startswith("**반품은 어떻게 처리하나요?**\n\n")
    assert "**교환 신청은 어떻게 처리하나요?**\n\n교환은 재배송으로" in answer
    assert used == (RETURNS, EXCHANGE)


@pytest.mark.parametrize(
    ("question", "score"),
    [
        ("반품 교환 어떻게 해요?", 0.7),
        ("반품이랑 교환은 어떻게 해요?", 0.3),
        ("반품이랑 환불은요?", 0.7),
        ("반품부터 하고 나중에 교환해도 되나요?", 0.7),  # one thing is done, and another later
        ("그리고 반품 교환 어떻게 해요?", 0.7),
    ],
)
async def test_one_need_gets_one_entry(model, question, score):
    """One thing asked, a far second entry, or one that adds nothing: the best entry alone."""
    second = Passage("e", EXCHANGE.title, EXCHANGE.text, score)
    assert (await answered(model, question, RETURNS, second))[1] == (RETURNS,)


async def test_an_elliptical_question_leans_on_the_one_before(model):
    """What the last question named decides, if this one names next to nothing."""
    history = [Exchange("반품 배송비 청구하려고요", "…")]
    assert (await written(model, "방법은요?", RETURNS, history=history)).startswith(
        f"{LEAD}**[반품 배송비"
    )
    assert (await written(model, "방법은요?", RETURNS)).startswith("반품은 구매자가")


async def test_the_answer_grows_in_pieces_of_whole_lines(model):
    """A reader sees it grow by a few lines at a time."""
    _, *pieces, _ = [piece async for piece in model.answer("쿠폰 항목", (), [LONG])]
    assert len(pieces) > 3
    assert all(piece.endswith("\n") for piece in pieces[:-1])


async def test_whoever_asks_for_their_own_data_is_told_that_a_faq_has_none(model):
    """Above the entry on it, and not where the entry itself asks so."""
    mine = Passage("m", "Where are my returns?", RETURNS.text, 0.8)
    for question, passage, told in (
        ("내 반품 어디까지 왔어?", RETURNS, True),
        ("내 반품은 어디서 확인하나요?", RETURNS, False),
        ("Where are my returns?", mine, False),
    ):
        answer = await written(model, question, passage)
        assert answer.startswith(f"_{PROFILE.own_data}_") == told
        assert "반품은 구매자가 신청하고" in answer
