"""Who asks for a person is told from who asks about one."""

import pytest

from core.text.utterances.person_wanted import wants_person


@pytest.mark.parametrize(
    "text",
    [
        "상담원 연결해 주세요",
        "사람이랑 얘기하고 싶어요",
        "담당자 불러줘",
        "그냥 사람 연결해줘",
        "직원분과 직접 통화하고 싶습니다.",
        "상담사 연결 부탁드려요",
        "담당자님 좀 불러 주세요!",
        "사람 좀 바꿔주세요",
        "a person please",
        "I want to talk to a human.",
        "Can I speak to a real person?",
        "connect me with an agent please",
        "human, please",
        "담당자한테 물어봐 주세요",
        "상담원이랑 통화할 수 있을까요?",
        "챗봇 말고 사람이요",
        "누구 좀 불러 주세요",
        "아니 그냥 사람 바꿔줘ㅠㅠ",
        "운영자에게 전달해 주실 수 있나요?",
        "I'd rather talk to a person",
        "Could you connect me to someone from the team?",
        "please escalate this",
        "ask a human",
    ],
)
def test_who_asks_for_a_person_is_understood(text):
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "담당자를 변경하려면 어떻게 하나요",
        "상담원 연결 요금은 얼마인가요?",
        "직원 권한은 어떻게 주나요",
        "매니저 추가 방법",
        "사람",
        "담당자",
        "관리자 페이지에 들어가고 싶어요",
        "How do I add a person to the team?",
        "agent",
        "누구한테 물어봐요",
        "운영팀 문의",
        "담당자 이메일을 바꾸고 싶어요",
        "직원에게 권한을 줄 수 있나요?",
        "contact support",
        "answer directly to one person",
        "Can an agent sign for me?",
        "who is the person in charge?",
        "person of contact for billing",
        "정산은 언제 되나요",
        "",
    ],
)
def test_who_asks_about_persons_asks_the_faq(text):
    assert not wants_person(text)
