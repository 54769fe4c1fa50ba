"""Which skill a message is meant for, by the examples of all that ship."""

import json
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.assistants import NOTHING_LIKE_IT

from config.resources import EXAMPLES
from core.skills.meetings.message import MeetingTools
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.memory.skill import MemorySkill, MemoryWords
from core.skills.recommender.form import load_shipped_form
from core.skills.recommender.skill import RecommenderSkill
from core.skills.router import Router
from core.types import Label, Verdict

MEANT = {
    "meetings": """
        이번주 안에 하준님이랑 얼굴 한번 봐야 하는데 언제가 좋을까
        내일 아침에 팀 싱크 좀 넣어줘
        오늘 4시에 도윤이랑 보기로 했는데 5시로 바꿔줘
        수요일 미팅 그냥 빼줘
        다음 회의까지 얼마나 남았어?
        갑자기 일이 생겨서 3시 약속을 내일로 넘겨야겠어
        get me an hour with the legal team next week
        what time am I meeting Sara?
    """,
    "recommender": """
        집들이 가는데 뭘 사가지
        게으른 사람한테 좋은 가전 하나만
        맞벌이 부부인데 어떤 제품이 도움될까요
        뭐 하나 사고 싶은데 뭐가 좋을지 감이 안 와
        원룸 자취생 필수템 추천
    """,
    "memory": """
        내 차 번호는 1234니까 꼭 외워줘
        제 직책은 팀장이라는 점 알아두세요
        나 뭐 좋아한다고 했지? 기억나?
        김포 창고 얘기 이제 잊어줘
        note that our shop closes on Mondays
        erase all my notes
    """,
    "data": """
        어느 지역 손님이 제일 많지
        제일 많이 취소된 품목 알려줄래
        올해 1분기 주문 건수
        20대가 제일 많이 사는 카테고리
    """,
}


@pytest.fixture(scope="module")
def router(analyzer, encoder, unmeant, data_skill, now):
    hours = WorkingHours.parse("09:00-18:00")
    desk = MeetingTools(None, load_words("ko"), hours, analyzer, None)
    form = load_shipped_form("ko")
    adviser = SimpleNamespace(form=form)  # routing needs the form alone
    skills = [
        MeetingSkill(desk, lambda: now),
        RecommenderSkill(adviser, form.examples),
        MemorySkill(None, MemoryWords.load("ko"), None),
        data_skill,
    ]
    return Router(skills, encoder, unmeant)


@pytest.fixture(scope="module")
def now():
    return datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize("skill", MEANT)
def test_messages_that_no_example_was_made_of_reach_their_skill(router, skill):
    """At most one of a skill's is left to the FAQ, or goes to another skill."""
    said = [line.strip() for line in MEANT[skill].strip().splitlines()]
    found = {text: router.candidate(text) for text in said}
    missed = [text for text, one in found.items() if one is None or one[0].name != skill]
    assert len(missed) <= 1, missed


def test_nine_in_ten_fresh_messages_reach_their_skill(router):
    """Nobody has looked at these when writing examples; the shop here speaks Korean."""
    fresh = tomllib.loads(Path(__file__).with_name("fresh_messages.toml").read_text("utf-8"))
    fresh["data"] = [text for text in fresh["data"] if not text.isascii()]
    asked = [(skill, text) for skill, texts in fresh.items() for text in texts]
    found = [(skill, text, router.candidate(text)) for skill, text in asked]
    reached = [skill for skill, _, one in found if one and one[0].name == skill]
    assert len(reached) >= 0.9 * len(asked), Counter(reached)


@pytest.mark.parametrize(
    ("label", "meant"),
    [(Label.INJECTION, None), (Label.GREETING, None), (Label.OFF_TOPIC, "data")],
)
def test_what_looks_like_an_attack_or_a_greeting_needs_a_surer_router(router, label, meant):
    """The memory is asked in words like those of an attack, but more plainly."""
    research = replace(NOTHING_LIKE_IT, verdict=Verdict(label, dict.fromkeys(Label, 0.25)))
    text = "작년 이맘때 얼마나 팔았지"
    assert 0 < router.candidate(text)[1] < 0.3
    assert router.meant(text, research) == meant
    plain = "내가 기억해 달란 거 다 보여줄래"
    assert router.meant(plain, research) == "memory"


@pytest.mark.parametrize("text", ["who?", "내일 비와?", "evenings", "in Busan?"])
def test_a_few_words_that_are_like_no_example_are_for_no_skill(router, text):
    assert router.meant(text, NOTHING_LIKE_IT) is None
    assert router.meant("회의 잡아줘", NOTHING_LIKE_IT) == "meetings"


def test_of_two_messages_as_likely_the_faq_keeps_the_one_that_a_skill_reads_nothing_of(router):
    """The FAQ's first entry is quite sure, and hardly like either message."""
    hit = SimpleNamespace(title="배송 조회", confidence=0.6)
    for text, meant in (("작년 이맘때 얼마나 팔았지", "data"), ("공기청정기 리뷰 평점은", None)):
        skill, score = router.candidate(text)
        assert skill.name == "data"
        assert 0 < score < 0.3
        assert router.meant(text, replace(NOTHING_LIKE_IT, hits=[hit])) == meant


def test_a_message_like_an_example_needs_no_score_but_not_where_the_faq_is_sure(router):
    """Few letters tell the kinds apart ("상품 추천"), but nothing in the FAQ is like it."""
    text = "내 담당 지역이 충청도라는 걸 알아둬"
    assert router.candidate(text) is None
    for confidence, meant in ((0.3, "memory"), (0.9, None)):
        hit = SimpleNamespace(title="배송 조회", confidence=confidence)
        assert router.meant(text, replace(NOTHING_LIKE_IT, hits=[hit])) == meant
    alike = SimpleNamespace(title=text, confidence=0.3)
    assert router.meant(text, replace(NOTHING_LIKE_IT, hits=[alike])) is None


def test_questions_to_other_organisations_are_rarely_like_a_skill(router):
    """The bot lets the FAQ decide what is left."""
    asked = [
        json.loads(line)["question"]
        for path in sorted((EXAMPLES / "faqs").glob("*.questions.jsonl"))
        for line in path.read_text("utf-8").splitlines()[::6]
    ]
    taken = [text for text in asked if router.candidate(text)]
    assert len(taken) <= 0.085 * len(asked), taken
