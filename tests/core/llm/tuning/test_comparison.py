"""Figures are counted from what models really said, over the bot's own client."""

import pytest

from bots.bootstrap.models.providers import open_providers
from config.model_settings import ModelName
from config.settings import read_settings
from core.errors import ModelError, ModelMisconfiguredError
from core.llm.tuning.comparison import ModelComparison, Share
from devtools.openai.server import Fault, OpenAIServer
from devtools.openai.ways import WAYS


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.fixture
async def compare(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    async with open_providers(read_settings()) as providers:

        async def run(questions, models=("gpt-4o-mini",)):
            comparison = ModelComparison(lambda name: providers.only(ModelName.parse(name), 20.0))
            return await comparison.run(models, questions, progress=lambda *_: None)

        yield run


def say(server, *texts):
    server.faults.extend(Fault("say", text=text) for text in texts)


async def test_each_share_is_counted_over_what_it_is_about(compare, server, make_example):
    """Three questions with an answer in the passages, one without; all told with passages first."""
    questions = [*(make_example(n) for n in range(3)), make_example(3, right=())]
    say(
        server,
        "0번 상품은 1일 만에 도착합니다. [1]",  # right, and cited right
        "상자는 재활용됩니다. [2]",  # another passage
        "[[NONE]]",  # a refusal where there is an answer
        "[[NONE]]",  # kept
        *["아무 말이나 합니다."] * 4,
    )
    with_passages, without = await compare(questions)
    assert with_passages.found == Share(1, 3)
    assert with_passages.refusals_kept == Share(1, 1)
    assert with_passages.citations_right == Share(1, 2)
    assert without.found == Share(0, 3)
    assert without.refusals_kept == Share(0, 1)
    assert without.citations_right.percent is None
    assert without.chars == len("아무 말이나 합니다.")
    assert with_passages.cost_usd > without.cost_usd > 0


async def test_without_passages_the_model_is_shown_none(compare, server, make_example):
    await compare([make_example(5)])
    first, second = server.bodies("chat")
    assert "도착합니다" in first["messages"][-1]["content"]
    assert "도착합니다" not in second["messages"][-1]["content"]
    assert "5번 상품은 며칠" in second["messages"][-1]["content"]


async def test_offers_are_no_part_of_the_answer(compare, server, make_example):
    say(server, "0번 상품은 1일 만에 도착합니다. [1]\n[[NEXT]]\n다른 것도? || 다른 것")
    with_passages, _ = await compare([make_example(0)])
    assert with_passages.found.percent == 100
    assert with_passages.chars == len("0번 상품은 1일 만에 도착합니다. [1]")


async def test_a_call_that_fails_is_counted_and_the_others_are_measured(
    compare, server, make_example
):
    server.faults.append(Fault("status", status=404))
    with_passages, without = await compare([make_example(n) for n in range(3)])
    assert (with_passages.failed, without.failed) == (1, 0)
    assert with_passages.found.of == 2


async def test_a_server_that_refuses_a_parameter_is_compared_all_the_same(
    compare, server, make_example
):
    """The models are asked as the bot asks them."""
    server.way = WAYS["mistral"]
    with_passages, _ = await compare([make_example(0)])
    assert (with_passages.failed, with_passages.found.of) == (0, 1)


async def test_a_model_that_answers_nothing_is_an_error(compare, make_example):
    with pytest.raises(ModelMisconfiguredError, match="no such model"):
        await compare([make_example(0)], models=("ft:gone",))
    assert issubclass(ModelMisconfiguredError, ModelError)
