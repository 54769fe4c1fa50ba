"""Small talk is told by its kind, answered by its own sentence, and never taken for a question."""

import itertools
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.faq import FAQ, entry

from bench.memory_index import MemoryIndex
from config.profiles import load_profile
from config.resources import SMALL_TALK
from core.assistant.guardrails.small_talk import KINDS, SmallTalkReader
from core.assistant.guardrails.wording import WordingModel
from core.profile import Owner
from core.stores.memory import MemoryHistory
from core.types import (
    Answered,
    Declined,
    Delta,
    Escalated,
    Label,
    Question,
    SessionId,
    SmallTalk,
    Verdict,
)

FIXTURES = Path(__file__).parents[3] / "fixtures"
SESSION = SessionId("web:test:1")
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def reader(encoder):
    return SmallTalkReader(WordingModel.load(SMALL_TALK), encoder.embed)


async def told(assistant, text):
    question = Question(f"q{next(NUMBERS)}", SESSION, text)
    return [event async for event in assistant.answer(question)]


def test_three_of_four_unseen_messages_are_told_by_their_kind(reader):
    """Those were written apart from what taught it; `python -m bench.train_small_talk` has more."""
    unseen = tomllib.loads((FIXTURES / "small_talk.toml").read_text(encoding="utf-8"))
    for language in ("ko", "en"):
        right = [
            reader.kind(text, Label.GREETING) is kind
            for kind in KINDS
            for text in unseen[kind][language]
        ]
        assert sum(right) >= 0.75 * len(right), language


def test_a_question_of_an_unseen_faq_is_hardly_ever_small_talk(reader):
    """Not even where the guardrail has taken it for off topic: one in fifty at most."""
    asked = [
        row["question"]
        for path in (FIXTURES / "own").glob("*.questions.jsonl")
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if row.get("label") != "greeting"
    ]
    wrong = [text for text in asked if reader.kind(text, Label.OFF_TOPIC)]
    assert len(asked) > 400
    assert len(wrong) <= len(asked) / 50, wrong


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("감사합니다", SmallTalk.THANKS),
        ("thank you so much", SmallTalk.THANKS),
        ("안녕히 계세요", SmallTalk.GOODBYE),
        ("해결됐어요", SmallTalk.SOLVED),
        ("멍청아", SmallTalk.INSULT),
        ("답변 꼬라지 봐라", SmallTalk.COMPLAINT),
        ("call this an answer?", SmallTalk.COMPLAINT),
        ("너 사람이야?", SmallTalk.ARE_YOU_A_PERSON),
        ("뭘 도와줄 수 있어?", SmallTalk.WHAT_CAN_YOU_DO),
        ("상담원 연결해 주세요", SmallTalk.PERSON_WANTED),
    ],
)
async def test_each_kind_has_its_own_sentence(make_assistant, profile, text, kind):
    """And its turn keeps the kind."""
    history = MemoryHistory()
    ending = (await told(make_assistant(history=history), text))[-1]
    assert isinstance(ending, Answered)
    assert ending.text == profile.small_talk[kind]
    (turn,) = await history.recent(SESSION, 1)
    assert turn.trace.kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("that cleared it up", SmallTalk.SOLVED),
        ("talk later", SmallTalk.GOODBYE),
        ("I'd rather speak to a human", SmallTalk.PERSON_WANTED),
        ("are you a robot?", SmallTalk.ARE_YOU_A_PERSON),
        ("이거 어떻게 쓰는 거예요", SmallTalk.WHAT_CAN_YOU_DO),
        ("세탁실은 어떻게 쓰는 거예요", None),
        ("what are you able to help with?", SmallTalk.WHAT_CAN_YOU_DO),
        ("what can a member do", None),
        ("how do I export my data", None),
    ],
)
def test_what_looks_on_topic_and_is_not_answered_may_be_small_talk(reader, text, kind):
    """The guardrail takes many a short remark for a question; an answer outweighs that."""
    verdict = Verdict(Label.ON_TOPIC, {label: float(label is Label.ON_TOPIC) for label in Label})
    told = reader.read(text, verdict, beside=(), answered=False)
    assert told.kind is kind
    assert told.label is (Label.GREETING if kind else Label.ON_TOPIC)
    assert reader.read(text, verdict, beside=(), answered=True) == verdict


@pytest.mark.parametrize(
    ("text", "sure", "label"),
    [
        ("기숙사 있어요?", 0.43, Label.ON_TOPIC),
        ("기숙사 있어요?", 0.9, Label.GREETING),
        ("거기 누구 있어요?", 0.43, Label.GREETING),
    ],
)
def test_what_hardly_looks_like_a_greeting_and_is_no_small_talk_is_not_greeted(
    reader, text, sure, label
):
    scores = {Label.GREETING: sure, Label.ON_TOPIC: (1 - sure) * 0.6}
    scores |= {Label.OFF_TOPIC: (1 - sure) * 0.4, Label.INJECTION: 0.0}
    verdict = Verdict(Label.GREETING, scores)
    assert reader.read(text, verdict, beside=(), answered=False).label is label


async def test_nothing_is_offered_under_thanks(make_assistant, profile):
    ending = (await told(make_assistant(), "정말 감사합니다"))[-1]
    assert ending == Answered(profile.small_talk["thanks"], (), ())


async def test_thanks_after_an_answer_are_not_greeted(make_assistant, profile):
    assistant = make_assistant()
    await told(assistant, "정산은 언제 되나요?")
    ending = (await told(assistant, "감사합니다!"))[-1]
    assert ending.text == profile.small_talk["thanks"]


async def test_thanks_with_a_question_are_answered(make_assistant):
    ending = (await told(make_assistant(), f"감사합니다. {FAQ[0].title}"))[-1]
    assert isinstance(ending, Answered)
    assert ending.sources


async def test_a_complaint_with_a_question_is_answered_behind_an_apology(make_assistant, profile):
    events = await told(make_assistant(), f"답변이 정말 실망스럽고 너무 답답하네요. {FAQ[0].title}")
    ending = events[-1]
    assert isinstance(ending, Answered)
    assert ending.sources
    assert ending.text.startswith(profile.small_talk["sorry"])
    assert ending.text == "".join(one.text for one in events if isinstance(one, Delta))


async def test_who_wants_a_person_is_offered_what_the_faq_says_of_it(
    make_assistant, make_retriever, analyzer, encoder, tmp_path
):
    """Where no owners are set; a FAQ that says nothing of it offers nothing."""
    contact = entry("고객센터 연락처", "1588-0000, 평일 9시부터 18시까지 문의를 받습니다.")
    index = MemoryIndex([*FAQ, contact], analyzer, encoder)
    plain = load_profile("ko")
    assistant = make_assistant(retriever=make_retriever(index, tmp_path), profile=plain)
    ending = (await told(assistant, "상담원 연결해 주세요"))[-1]
    assert ending == Answered(plain.small_talk["person_wanted"], (), (contact.title,))
    ending = (await told(make_assistant(profile=plain), "상담원 연결해 주세요"))[-1]
    assert ending == Answered(plain.small_talk["person_wanted"], (), ())


async def test_a_person_is_called_where_owners_are_set(make_assistant, profile):
    owned = replace(profile, owners=(Owner("Kim", ("slack:U1",)),))
    ending = (await told(make_assistant(profile=owned), "상담원 연결해 주세요"))[-1]
    assert ending == Escalated(profile.case.person, ())


async def test_what_is_no_small_talk_is_refused_in_the_exact_words(make_assistant, profile):
    ending = (await told(make_assistant(), "강남역 맛집 추천해줘"))[-1]
    assert isinstance(ending, Declined)
    assert ending.text == profile.refusal


@pytest.mark.parametrize("name", ["ko", "en", "ko-formal", "en-formal"])
def test_every_kind_has_a_sentence_in_each_tone(name):
    profile = load_profile(name)
    kinds = {*SmallTalk, "sorry"} - {SmallTalk.HELLO}
    assert set(profile.small_talk) == kinds
