"""A local model is asked by the real OpenAI client, over a real socket."""

import asyncio
from contextlib import asynccontextmanager
from threading import Event
from types import SimpleNamespace

import aiohttp
import openai
import pytest
from aiohttp import web

ASK = [{"role": "user", "content": "가 접수 어디서"}]


@pytest.fixture(scope="module")
def model(trained):
    """The trained model, loaded once."""
    from core.llm.local.device import LocalModel  # noqa: PLC0415 - torch may be missing

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


@pytest.fixture
def held(model, monkeypatch):
    """The model, held at its first token until it is let go; `read` has what it read by then."""
    held = SimpleNamespace(go=Event(), begun=Event(), read=[])
    real = model.network.forward

    def forward(**given):
        held.read.append(tuple(given["input_ids"].shape))
        held.begun.set()
        held.go.wait(60)
        return real(**given)

    monkeypatch.setattr(model.network, "forward", forward)
    yield held
    held.go.set()


@asynccontextmanager
async def streaming(url):
    """A stream that has begun, and is left at the end."""
    body = {"model": "desk", "messages": ASK, "stream": True, "temperature": 0}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/chat/completions", json=body) as response,
    ):
        await response.content.readany()
        yield response


async def test_a_reader_who_leaves_ends_the_work(model, answer, held):
    """The model, held at its first token until then, writes no further one for that reader."""
    held.go.set()
    expected = answer(ASK)
    held.go.clear()
    held.read.clear()
    async with serving(model) as (_, url), client_of(url) as client:
        async with streaming(url):
            pass
        other = asyncio.create_task(ask(client))
        await client.models.list()  # the server has heard of both by now
        held.go.set()
        said = await other
    assert said.choices[0].message.content == expected
    assert [rows for rows, _ in held.read] == [1] * (1 + said.usage.completion_tokens)


async def test_who_joins_is_read_alone_and_goes_on_with_the_others(model, answer, held):
    """What the others were asked is not read again for a newcomer, nor for one who has ended."""
    other = [{"role": "user", "content": "나 몇 시에 닫아요, 그리고 다 창구는 어디인지 알려줘요"}]
    held.go.set()
    expected = [answer(messages) for messages in (ASK, other)]
    held.go.clear()
    held.read.clear()
    held.begun.clear()
    async with serving(model) as (_, url), client_of(url) as client:
        first = asyncio.create_task(ask(client))
        await asyncio.to_thread(held.begun.wait, 60)
        counting = {"stream": True, "stream_options": {"include_usage": True}}
        second = await ask(client, other, **counting)  # it has begun, so it waits for its turn
        held.go.set()
        chunks = [chunk async for chunk in second]
        said = await first
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert [said.choices[0].message.content, "".join(texts)] == expected
    prompts = [said.usage.prompt_tokens, chunks[-1].usage.prompt_tokens]
    assert held.read[:4] == [(1, prompts[0]), (1, prompts[1]), (2, 1), (2, 1)]
    assert {length for _, length in held.read[2:]} == {1}


async def test_who_finds_no_room_is_told_when_and_who_leaves_makes_some(model, held, monkeypatch):
    """One is written, one waits, and the next is refused until the one that waits has left."""
    monkeypatch.setattr("core.llm.local.generation._MOST_AT_ONCE", 1)
    monkeypatch.setattr("core.llm.local.server.MOST_WAITING", 1)
    async with serving(model) as (server, url), client_of(url) as client, streaming(url):
        await asyncio.to_thread(held.begun.wait, 60)
        server._writer._took_s = 12.5
        async with streaming(url):
            with pytest.raises(openai.RateLimitError) as refused:
                await ask(client)
            assert refused.value.response.headers["retry-after"] == "13"
        async with asyncio.timeout(60):
            while not (last := await admitted(client)):
                pass
            held.go.set()
            *_, end = [chunk async for chunk in last]
        assert end.choices[0].finish_reason == "stop"


async def admitted(client):
    """Return a stream, or None if there is no room."""
    try:
        return await ask(client, stream=True)
    except openai.RateLimitError:
        return None
