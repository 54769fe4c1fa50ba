"""A local model is asked by the real OpenAI client, over a real socket."""

import asyncio
from contextlib import asynccontextmanager
from threading import Event

import aiohttp
import openai
import pytest
from aiohttp import web

ASK = [{"role": "user", "content": "가 접수 어디서"}]


@pytest.fixture(scope="module")
def model(trained):
    """The trained model, loaded once."""
    from core.llm.local.generation import LocalModel  # noqa: PLC0415 - torch may be missing

    return LocalModel(trained[0].path)


@pytest.fixture(scope="module")
def answer(torch, model):
    """What transformers itself writes, a prompt at a time: the likeliest words."""
    from core.llm.local.tokens import prompt_ids  # noqa: PLC0415

    def write(messages):
        prompt = torch.tensor([prompt_ids(messages, model.tokenizer)])
        limit = {"max_length": model.longest, "pad_token_id": model.tokenizer.pad_token_id}
        said = model.network.generate(
            prompt, attention_mask=torch.ones_like(prompt), do_sample=False, **limit
        )
        return model.tokenizer.decode(said[0, prompt.shape[1] :], skip_special_tokens=True)

    return write


@asynccontextmanager
async def serving(model, key=""):
    from core.llm.local.server import LocalModelServer  # noqa: PLC0415

    server = LocalModelServer(model, name="desk", key=key)
    runner = web.AppRunner(server.app(), handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield server, f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
        server.close()


@pytest.fixture
async def client(model):
    async with serving(model) as (_, url), client_of(url) as client:
        yield client


def client_of(url, key="any"):
    return openai.AsyncOpenAI(api_key=key, base_url=url, max_retries=0)


async def ask(client, messages=ASK, **options):
    options = {"model": "desk", "temperature": 0} | options
    return await client.chat.completions.create(messages=messages, **options)


async def test_the_answer_is_what_transformers_itself_writes(client, answer):
    said = await ask(client)
    assert said.choices[0].message.content == answer(ASK)
    assert "창구에서" in answer(ASK)
    assert said.choices[0].finish_reason == "stop"
    assert said.usage.total_tokens == said.usage.prompt_tokens + said.usage.completion_tokens


async def test_a_stream_says_the_same_in_pieces_and_tells_its_usage(client, answer):
    """No piece holds half a Hangul syllable, though a token may be a single byte of it."""
    stream = await ask(client, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == answer(ASK)
    assert "\ufffd" not in "".join(texts)
    assert len([text for text in texts if text]) > 3
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens > 3


async def test_questions_asked_together_are_answered_as_if_alone(client, answer):
    """Prompts of different lengths share a batch; who comes later joins it."""
    asked = [
        [{"role": "user", "content": text}] for text in ("나 몇 시에 닫아요", "다 창구 알려줘")
    ]
    alone = [answer(messages) for messages in asked]
    together = await asyncio.gather(*(ask(client, asked[n % 2]) for n in range(20)))
    assert [said.choices[0].message.content for said in together] == alone * 10


async def test_the_list_has_the_model(client):
    assert [model.id async for model in client.models.list()] == ["desk"]
    assert (await client.models.retrieve("desk")).id == "desk"


async def test_a_seed_makes_chance_repeatable(client):
    texts = [
        (await ask(client, temperature=2.0, seed=seed)).choices[0].message.content
        for seed in (5, 5, 6)
    ]
    assert texts[0] == texts[1] != texts[2]


async def test_a_stop_text_ends_it_and_is_not_said(client, answer):
    """Also where it comes in several tokens."""
    stop = answer(ASK)[4:-4]
    said = await ask(client, stop=[stop, "never said"])
    assert said.choices[0].message.content == answer(ASK)[:4]
    assert said.choices[0].finish_reason == "stop"


async def test_the_limit_of_tokens_is_kept(client):
    said = await ask(client, max_completion_tokens=4)
    assert said.choices[0].finish_reason == "length"
    assert said.usage.completion_tokens == 4


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"model": "other"}, "model_not_found", "model"),
        ({"messages": []}, "invalid_value", "messages"),
        ({"messages": [{"role": "user", "content": "가" * 900}]}, "context_length_exceeded", None),
        ({"temperature": 9}, "invalid_value", "temperature"),
        ({"max_completion_tokens": 0}, "invalid_value", "max_completion_tokens"),
        ({"n": 2}, "unsupported_parameter", "n"),
        ({"response_format": {"type": "json_object"}}, "unsupported_parameter", "response_format"),
        ({"response_format": "json"}, "invalid_value", "response_format"),
        ({"stream_options": "usage"}, "invalid_value", "stream_options"),
        ({"stop": 5}, "invalid_value", "stop"),
        ({"stop": ["a", 5]}, "invalid_value", "stop"),
    ],
)
async def test_what_it_cannot_do_is_refused_in_openais_form(client, asked, code, param):
    with pytest.raises(openai.APIStatusError) as refused:
        await ask(client, **asked)
    assert refused.value.code == code
    assert param is None or refused.value.param == param


async def test_without_the_key_nobody_is_answered(model, answer):
    async with serving(model, key="right") as (_, url):
        async with client_of(url, "wrong") as stranger:
            with pytest.raises(openai.AuthenticationError):
                await ask(stranger)
        async with client_of(url, "right") as friend:
            assert (await ask(friend)).choices[0].message.content == answer(ASK)


async def test_a_reader_who_leaves_ends_the_work(model, answer, monkeypatch):
    """The model, held at its first token until then, writes no further one for that reader."""
    rows, left, expected = [], Event(), answer(ASK)
    real = model.network.forward

    def held(**given):
        rows.append(len(given["input_ids"]))
        left.wait(10)
        return real(**given)

    monkeypatch.setattr(model.network, "forward", held)
    async with serving(model) as (_, url), client_of(url) as client:
        async with aiohttp.ClientSession() as session:
            body = {"model": "desk", "messages": ASK, "stream": True, "temperature": 0}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                await response.content.readany()
        other = asyncio.create_task(ask(client))
        await client.models.list()  # the server has heard of both by now
        left.set()
        said = await other
    assert said.choices[0].message.content == expected
    assert rows == [1] * (1 + said.usage.completion_tokens)
