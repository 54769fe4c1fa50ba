"""What the bot itself proposes to ask is a question that it answers."""

from dataclasses import replace

import pytest
from fakes.faq import entry

from bench.memory_index import MemoryIndex
from config.profiles import load_profile
from config.resources import GUARDRAIL, SAMPLE_FAQ
from core.assistant.guardrails.guardrail import Evidence, Guardrail, GuardrailModel
from core.assistant.message import MessageReader
from core.assistant.research import Researcher
from core.retrieval.hits import is_answer
from core.types import Answered, Escalated, Label, Question, SessionId
from ingest.prepare import prepare
from ingest.sources.load import load


@pytest.fixture(scope="module")
def sample(make_retriever, analyzer, encoder, tmp_path_factory):
    """Finds in the FAQ of the first start."""
    index = MemoryIndex(prepare(load(SAMPLE_FAQ), {}).entries, analyzer, encoder)
    return make_retriever(index, tmp_path_factory.mktemp("sample"))


@pytest.fixture
def real(real_faq):
    """Finds in the real FAQ, without the questions that were written ahead."""
    return real_faq.without_pack


def refuse_none(retriever, guardrail, profile):
    """Check that every example is on topic and answered."""
    for text in profile.examples:
        hits = retriever.search(text)
        verdict = guardrail.judge(Evidence(text, hits, hits))
        assert verdict.label is Label.ON_TOPIC, text
        assert is_answer(hits), text


def test_every_example_is_on_topic_and_answered(sample, guardrail, profile):
    """App Home, the greeting and every refusal offer them: none may be refused itself."""
    refuse_none(sample, guardrail, profile)


def test_every_example_is_answered_from_the_real_faq_too(real, guardrail, profile):
    refuse_none(real, guardrail, profile)


def test_what_leads_back_is_on_topic_where_it_is_answered(real, guardrail, profile):
    for theme in profile.themes:
        hits = real.search(theme.ask)
        verdict = guardrail.judge(Evidence(theme.ask, hits, hits))
        assert verdict.label is Label.ON_TOPIC or not is_answer(hits), theme.ask


MIXED = (
    entry("기숙사 신청은 언제 하나요?", "개강 6주 전부터 2주 동안 포털에서 신청합니다."),
    entry("When can I apply for the dormitory?", "On the portal, six weeks before the semester."),
    entry("기숙사에 중간에 입사할 수 있나요?", "빈자리가 있으면 매달 1일에 입사합니다."),
    entry("Can I move into the dormitory later?", "On the first day of a month, if there is room."),
    entry("기숙사 통금 시간이 있나요?", "새벽 1시부터 5시까지 출입문이 잠깁니다."),
    entry("Does the dormitory have a curfew?", "The doors are locked from 1 a.m. to 5 a.m."),
)


@pytest.mark.parametrize(
    ("question", "ending", "korean"),
    [
        ("기숙사 신청은 언제 하나요?", Answered, True),
        ("When can I apply for the dormitory?", Answered, False),
        ("기숙사에 수영장이 있나요?", Escalated, True),
        ("Does the dormitory have a swimming pool?", Escalated, False),
    ],
)
async def test_a_faq_of_two_languages_offers_titles_in_that_of_the_question(
    make_assistant, make_retriever, analyzer, encoder, tmp_path, question, ending, korean
):
    retriever = make_retriever(MemoryIndex(MIXED, analyzer, encoder), tmp_path)
    guardrail = Guardrail(GuardrailModel.load(GUARDRAIL), encoder.embed, analyzer.terms)
    both = replace(load_profile("ko"), others={"en": load_profile("en")})
    reader = MessageReader(Researcher(retriever, guardrail), analyzer)
    assistant = make_assistant(retriever=retriever, reader=reader, profile=both)
    asked = Question("q", SessionId("t:1"), question, "U1")
    *_, last = [event async for event in assistant.answer(asked)]
    assert isinstance(last, ending)
    offered = last.followups
    assert offered
    assert {not title.isascii() for title in offered} == {korean}
