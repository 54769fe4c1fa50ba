"""Which messages go to the arranger: phrasings that its examples were not written from."""

import json

import pytest

from core.skills.meetings.message import MeetingTools
from core.skills.meetings.people import read_people
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.text.spelling.normalize import normalized

KOREAN = """
민수 씨랑 내일 오전에 미팅 잡아주시겠어요?
다음주 월요일 10시에 주간회의 잡아
오늘 오후에 회의 가능한 시간 찾아줘
모레 점심 약속 잡아줄 수 있어?
지영이랑 저녁 약속 하나 만들어줘
영업팀과 화상회의 예약 부탁해요
3시 미팅 4시로 미룰 수 있을까?
내일 회의 안 할래 취소해
회의 일정 좀 보여줘
이번 주 미팅 일정이 어떻게 돼?
금요일 2시 약속을 3시로 변경해 주세요
팀장님이랑 커피챗 30분 잡아줘
면접 일정 잡아야 하는데 다음 주 수요일 어때
킥오프 미팅 예약 좀
회의 한 시간 앞당겨 줄래
민수랑 잡은 회의 없애줘
다들 되는 시간에 회의 하나 잡자
내일 3시에 회의
@U22 @U33 다음 주에 회의하고 싶어
목요일 오후 1시부터 2시까지 통화 예약
다음 주 아무 때나 이사님 보고 회의 잡아 주시면 돼요
화요일 회의 좀 늦춰줄래?
내일 잡힌 미팅들 알려줘
개발팀이랑 회고 미팅 하나 부탁
오늘 4시 회의 빼줘
디자이너분들이랑 리뷰 미팅 시간 맞춰줘
수요일 약속 못 가게 됐어 취소 부탁
지훈이랑 30분만 통화하고 싶은데 시간 잡아줄래
월요일 아침 스탠드업 잡아줘
회의 하루만 뒤로 옮기자
""".strip().splitlines()
ENGLISH = """
set a meeting with Ana for Thursday 2pm
I'd like to meet Joe next week
arrange a 45 minute call with the sales team
move tomorrow's sync to 4pm
cancel the interview on Friday
can you find an hour for me and Lee?
do I have any meetings tomorrow?
push our 2pm back half an hour
schedule lunch with Kim on Monday
put a catch-up with Mia on the calendar
""".strip().splitlines()


@pytest.fixture(params=["ko", "en"])
def language(request):
    return request.param


@pytest.fixture
def router(language, learn_router, analyzer, now, messenger):
    hours = WorkingHours.parse("09:00-18:00")
    desk = MeetingTools(None, load_words(language), hours, analyzer, messenger)
    return learn_router([MeetingSkill(desk, lambda: now)])


def test_nine_in_ten_unseen_wishes_are_understood(router, language):
    wishes = KOREAN if language == "ko" else ENGLISH
    missed = [text for text in wishes if not router.candidate(normalized(text))]
    assert len(missed) <= len(wishes) / 10, missed


def test_no_question_of_a_faq_is_surely_for_it(router, shared):
    """What the FAQ is sure of needs more of the router than it gives any of them."""
    rows = (shared / "questions" / "smartstore.jsonl").read_text("utf-8").splitlines()
    asked = [normalized(text) for row in rows for text in json.loads(row)["questions"]]
    found = [(text, router.candidate(text)) for text in asked[::7]]
    assert [text for text, skill in found if skill and skill[1] >= 0.5] == []


def test_a_question_word_is_nobodys_name():
    assert read_people("I'd like to stay with you, where do I reserve?")[0] == ()
    assert read_people("a call with Ann, when?")[0] == ("Ann",)
