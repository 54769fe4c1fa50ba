"""What the bot itself proposes to ask is a question that it answers."""

import pytest

from bench.memory_index import MemoryIndex
from config.resources import SAMPLE_FAQ
from core.assistant.guardrails.guardrail import Evidence
from core.retrieval.hits import is_answer
from core.types import Label
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


@pytest.mark.parametrize("faq", ["sample", "real"])
def test_every_example_is_on_topic_and_answered(request, guardrail, profile, faq):
    """App Home, the greeting and every refusal offer them: none may be refused itself."""
    retriever = request.getfixturevalue(faq)
    for text in profile.examples:
        hits = retriever.search(text)
        verdict = guardrail.judge(Evidence(text, hits, hits))
        assert verdict.label is Label.ON_TOPIC, text
        assert is_answer(hits), text


def test_what_leads_back_is_on_topic_where_it_is_answered(real, guardrail, profile):
    for theme in profile.themes:
        hits = real.search(theme.ask)
        verdict = guardrail.judge(Evidence(theme.ask, hits, hits))
        assert verdict.label is Label.ON_TOPIC or not is_answer(hits), theme.ask
