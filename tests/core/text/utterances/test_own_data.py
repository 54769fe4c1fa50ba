"""What only a system knows about the asker is told from what a FAQ says to everybody."""

import pytest

from core.text.utterances.own_data import asks_for_own_data


@pytest.mark.parametrize(
    "text",
    [
        "내 계좌 잔액 알려줘",
        "제 포인트 얼마나 남았나요",
        "내 주문 어디까지 왔어?",
        "내 이번 달 요금 얼마 나왔어",
        "내 남은 연차 몇 개야",
        "제 환불 처리됐나요?",
        "제 신청서 접수됐는지 확인해 주실 수 있나요",
        "제 민원 어떻게 됐나요",
        "what's my account balance",
        "what is the status of my refund",
        "how many vacation days do I have left",
        "how much is my bill this month",
        "has my application been approved",
    ],
)
def test_a_request_for_the_askers_own_data_is_one(text):
    assert asks_for_own_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "내 계좌 잔액은 어디서 확인하나요?",
        "제 포인트 확인하는 방법 알려주세요",
        "내 예약 변경할 수 있나요?",
        "제 비밀번호 바꾸는 법",
        "제 짐은 몇 킬로까지 되나요",
        "내 물건을 맡길 수 있나요? 비용은 얼마인가요",
        "배송비는 얼마인가요?",
        "how do I check my balance",
        "what happens to my data when I leave",
        "can I bring my dog",
        "is my data safe",
        "how long are my files kept",
    ],
)
def test_a_question_for_the_way_there_or_about_the_rules_is_none(text):
    assert not asks_for_own_data(text)
