"""A third API, a gym's: fresh messages in Korean and English find their operation and arguments."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.skills.api.arguments import read_arguments
from core.skills.api.book import load_book
from core.skills.api.skill import OperationSkill
from core.text.spelling.normalize import normalized

BOOK = Path(__file__).with_name("gym") / "book.toml"
NOW = datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("Asia/Seoul"))
SAID = {
    "내일 요가 수업 뭐 있는지 보여줘": ("listClasses", {"day": "2026-12-01", "kind": "요가"}),
    "다음 주 화요일 시간표 좀 알려줄래": ("listClasses", {"day": "2026-12-08"}),
    "12월 3일에 필라테스 있나요": ("listClasses", {"day": "2026-12-03", "kind": "필라테스"}),
    "which classes run tomorrow": ("listClasses", {"day": "2026-12-01"}),
    "CL204 내일 오후 7시로 예약 부탁해요": ("bookClass", {"class_code": "CL204"}),
    "모레 오전 10시 CL118에 자리 잡아줄 수 있어?": ("bookClass", {"class_code": "CL118"}),
    "reserve CL300 on Friday at 6pm": ("bookClass", {"class_code": "CL300"}),
    "I want a spot in CL118 tomorrow at 9 am": ("bookClass", {"class_code": "CL118"}),
    "BK-3391 예약 취소하려고요": ("cancelBooking", {"code": "BK-3391"}),
    "못 가게 됐어요 BK-0042 빼주세요": ("cancelBooking", {"code": "BK-0042"}),
    "please cancel BK-7781": ("cancelBooking", {"code": "BK-7781"}),
    "내 수업 예약 없던 걸로 해줘": ("cancelBooking", {}),
    "minji@gym.example 회원으로 넣어줘 plus로": (
        "addMember",
        {"email": "minji@gym.example", "plan": "plus"},
    ),
    "신규 회원 등록 부탁합니다 메일은 a.kim@mail.example": (
        "addMember",
        {"email": "a.kim@mail.example"},
    ),
    "register joe@mail.example on the family plan": (
        "addMember",
        {"email": "joe@mail.example", "plan": "family"},
    ),
    "I need to add somebody as a member": ("addMember", {}),
    "37번 사물함 쓸 수 있어?": ("lockerState", {"number": 37}),
    "락커 205 상태 어때": ("lockerState", {"number": 205}),
    "is anyone using locker 88": ("lockerState", {"number": 88}),
    "사물함 하나 확인하고 싶은데": ("lockerState", {}),
}


@pytest.fixture
def book():
    return load_book(BOOK, None)


def test_fresh_messages_reach_their_operation(book, texts, learn_router):
    skills = [OperationSkill(book, one, None, None, texts) for one in book.allowed.values()]
    router = learn_router(skills)
    found = {text: router.candidate(normalized(text)) for text in SAID}
    reached = {text: one[0].name.rpartition(".")[2] for text, one in found.items() if one}
    assert {text: SAID[text][0] for text in reached} == reached
    assert len(reached) >= 15


def test_their_arguments_are_found_by_the_schema(book):
    found = {
        text: read_arguments(book.allowed[name], text, NOW) for text, (name, _) in SAID.items()
    }
    wanted = {text: arguments for text, (_, arguments) in SAID.items()}
    assert {
        text: {name: value for name, value in found[text].items() if name in wanted[text]}
        for text in SAID
    } == wanted
