"""What colleagues say to each other is told from what is asked of a FAQ."""

import pytest

from core.text.utterances.colleagues import (
    asks_nothing,
    is_for_colleagues,
    may_tell,
    only_states,
)


@pytest.mark.parametrize(
    "text",
    [
        "네 제가 할게요",
        "아 그럼 먼저 보내겠습니다!",
        "교환 건은 저희가 접수했습니다",
        "안내 메일 방금 보내 드렸어요",
        "포스터 파일 공유 폴더에 올려 뒀습니다",
        "배송 상자 누가 챙겼어요?",
        "수선님 예약 등록 다 하셨나요?",
        "팀장님, 교환 신청서는 어디 있어요?",
        "다들 배송 교육 들으셨어요?",
        "교환 담당하시는 분 계세요?",
        "배송은 다음 주에 시작하기로 했죠?",
        "교환 안내문 한번 검토 부탁드려요",
        "주소록 좀 보내 주실 수 있나요?",
        "교환은 내일 봬서 정합시다",
        "이 주문 좀 취소해 주세요",
        "교환 안내 문자 보낼까요?",
        "안내문 사진 다 찍었어요",
        "교환 접수 끝났습니다",
        "I'll upload the refund sheet",
        "did anyone ship the parcel?",
        "could you please review the refund page?",
        "`교환은 며칠 걸려요?` 라고 치시면 돼요",
        "> 교환은 며칠 걸려요?\n저도 이거",
        "네 알겠습니다. 제가 올릴게요.",
        "교환 상자 누가 들고 있어요?",
        "배송 접수 누구 차례예요?",
        "누가 주소를 바꿨어요? 저만 안 보여요",
        "교환 접수됐나요",
        "이 안내문이 더 낫지 않아요?",
        "배송 라벨 두 장 출력해 주세요",
        "did finance pay the courier?",
        "they returned the parcel",
        "closed the shipping ticket",
        "the return page is live",
        "who took the last parcel bag?",
        "which parcel is yours?",
        "I cancelled the pickup, we can do it tomorrow",
        "could you let me in?",
        "주문 조회 저만 이런가요?",
        "접수 마감은 몇 시까지 할까요?",
        "우리 교환비 4천 원이죠?",
        "교환 접수는 열흘 안에 하는 거 맞죠?",
        "이번 주 토요일에 발송하죠?",
        "교환 신청서는 창고에 붙어 있죠?",
        "이틀 지나면 알아서 접수되더라고요",
        "교환은 한 번만 되잖아요",
        "교환비가 5천 원이래요",
        "상자는 두 개까지 무료라던데",
        "교환은 안 되는 걸로 알고 있는데",
        "배송이 사흘 걸리니까 금요일이네요",
        "배송 조회 또 안 되네 ㅋㅋ",
        "배송지 바꿔 둘게요 제가",
        "교환비 사천 원 맞죠 팀장님?",
        "지난주 교환 몇 건이에요?",
        "접수 상태 어때요?",
        "포장 상자 다 떨어져 가요",
        "the fee is seven fifty, isn't it?",
        "returns are free, right?",
        "any boxes left?",
        "anyone else getting calls about refunds?",
        "the van goes out at two so she'll get it today",
        "안내문 두 개 중에 뭐가 나아 보여?",
        "아니 주소를 또 잘못 쓰면 어떡하냐고",
        "주소 확인은 창고에서 하고 있대요",
        "이번 주에 배송비 올린다며?",
        "can someone cover the returns desk from two to four?",
        "where did we land on the return fee?",
        "what was the name of the guy who picks up returns?",
        "why do people keep returning empty boxes lol",
    ],
)
def test_talk_is_for_colleagues(text):
    assert is_for_colleagues(text)


@pytest.mark.parametrize(
    "text",
    [
        "교환은 며칠 걸려요?",
        "교환 신청을 실수로 취소했어요",
        "제가 주소를 잘못 적었어요",
        "상자가 아직 안 왔어요?",
        "왜 환불이 안 됐나요?",
        "비밀번호를 잊어버렸어요",
        "어떻게 하는지 모르겠습니다",
        "배송 조회할 수 있어요?",
        "고객님 주소는 어떻게 바꾸나요?",
        "지원님이 말한 빠른배송이 뭐예요?",
        "방법 좀 알려 주실 수 있나요?",
        "배송비 규정",
        "let me know how to ship abroad",
        "can you ship abroad?",
        "`E403` 오류는 왜 나요?",
        "> 이틀이면 된대요\n이 말이 맞나요?",
        "제가 어제 신청했어요. 언제 도착하나요?",
        "환불이 거절됐다고 떠요",
        "배송비는 누가 내요?",
        "교환은 누가 신청할 수 있나요?",
        "did my parcel ship?",
        "did the refund arrive?",
        "locked out of my account",
        "I'd like to return a parcel",
        "I left in April, how do I get my form?",
        "I received a damaged parcel",
        "i need to return a parcel",
        "교환은 어떻게 해야 할까요?",
        "당일 배송 가능할까요?",
        "교환비는 얼마죠?",
        "교환은 어떻게 하죠?",
        "편의점에서 보내도 되죠?",
        "엑셀로 올릴 수 있죠?",
        "쿠폰도 쓸 수 있는지요",
        "상자를 열었는데 교환이 되는 거죠?",
        "교환 안내가 예전 주소로 가네요",
        "배송이 안 된대요",
        "주소를 바꿔 달래요",
        "비밀번호 5번 틀렸는데 어쩌죠",
        "I can return it within 7 days, right?",
        "my son is nine, does he need a ticket?",
        "안내문이 삐뚤어 보여요",
        "고객 화면에서는 상자가 비어 보이나요?",
        "비밀번호를 까먹었어요",
        "can someone else pick up my parcel?",
        "could somebody explain the return fee?",
        "does the parcel need to be insured?",
        "how did the fee get so high?",
    ],
)
def test_what_a_faq_may_answer_is_not(text):
    assert not is_for_colleagues(text)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("공구함 예약했습니다", True),
        ("안내문이 메일로 왔네요", True),
        ("공구를 빌렸음", True),
        ("the return labels need to be swapped before Monday", True),
        ("I need to be refunded", False),
        ("공구 대여료", False),
        ("명함", False),
        ("공구 열쇠를 잃어버렸어요", False),
        ("공구를 못 빌렸어요", False),
        ("공구는 어디서 빌려요", False),
        ("공구를 빌리고 싶어요", False),
        ("공구 목록이 안보여요", False),
        ("공구 안내문 봤어요", True),
        ("공구 대여료가 올랐다던데", True),
        ("공구를 더 사야 할 듯", True),
        ("that's the second rental ticket today", True),
        ("the tool list is outdated", True),
        ("the rental means a deposit", True),
        ("legal signed the rental form", True),
        ("im in town can my tools be sent", False),
        ("tool rental fees", False),
        ("I want to rent a tool", False),
        ("the tool doesn't start", False),
        ("where do I rent a tool", False),
    ],
)
def test_a_statement_is_told_from_a_question_a_keyword_and_a_trouble(text, states):
    assert only_states(text) is states


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("정산은 매일 이루어집니다", True),
        ("교환권은 하루 전에 신청해 주세요. 그 뒤에는 안 됩니다.", True),
        ("guests can't create tasks", True),
        ("교환권은 어디서 받나여", False),
        ("교환 신청하려고요", False),
        ("forgot my password", False),
    ],
)
def test_what_may_tell_of_a_rule_is_told_from_a_question_and_from_trouble_of_ones_own(text, may):
    assert may_tell(text) is may


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("공구 대여 공지를 올렸습니다", True),
        ("공구 목록은 제가 내일 정리할게요", True),
        ("가입 인사드립니다\n오늘 가입했습니다. 반갑습니다!", True),
        ("공구 대여 관련 문의드립니다", False),
        ("확인 문자가 예전 번호로 가네요", False),  # a trouble without its words
        ("안녕하세요. 공구를 다른 분 것과 바꿔서 가져왔어요", False),
        ("공구 사진을 올렸는데 옆으로 누워 있어요", False),
        ("그럼 반납은요", False),
        ("공구를 잃어버렸습니다", False),
        ("공구 대여", False),
    ],
)
def test_what_only_greets_promises_or_tells_asks_nothing_of_the_bot(text, nothing):
    assert asks_nothing(text) is nothing
