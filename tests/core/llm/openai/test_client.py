"""The real client against a real local server, with every failure on cue."""

import asyncio
import json
import re
import shutil
import ssl
import subprocess
from contextlib import aclosing, asynccontextmanager

import numpy as np
import openai
import pytest
from yarl import URL

from core.embeddings.openai import PARAMETERS as EMBEDDING_PARAMETERS
from core.embeddings.openai import OpenAIEmbeddings
from core.errors import (
    ModelBrokeOffError,
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelReplyError,
    ModelUnavailableError,
)
from core.llm.budget import TAB, Price, Tab
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.completions import CompletionRequest
from core.llm.dialect import ModelDialect
from core.llm.load import StreamLoad
from core.llm.openai.chat import PARAMETERS
from core.llm.openai.client import OpenAIModel, open_server
from core.llm.openai.transport import ModelServer
from core.llm.resilient import ResilientCompletions
from core.types import Usage
from devtools.openai.faults import FAULTS
from devtools.openai.server import REVOKED, Fault, OpenAIServer, Pace
from devtools.openai.wire import STREAM_HEAD, chunk

CHAT, EMBED = Price(0.15, 0.075, 0.6), Price(0.02, 0.02)
ASK = CompletionRequest(
    [{"role": "user", "content": "<question>\n정산은요?\n</question>"}], 900, 0.2
)


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@asynccontextmanager
async def server_of(url, *, key="sk-test"):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    model_server = ModelServer(URL(url), headers)
    try:
        yield model_server
    finally:
        await model_server.close()


def completions_of(server, *, model="gpt-4o-mini", breaker=None, patience=None, slept=None):
    """Completions whose delays are noted down in place of being slept."""

    async def sleep(seconds):
        if slept is not None:
            slept.append(seconds)

    caller = Caller(
        server.where,
        dialect=ModelDialect(PARAMETERS),
        breaker=breaker or Breaker(failures=99),
        patience=patience or Patience(within_s=10),
        sleep=sleep,
    )
    provider = OpenAIModel(server, model)
    return ResilientCompletions(
        provider, caller=caller, slots=Slots(0), load=StreamLoad(), price=CHAT
    )


@asynccontextmanager
async def client_of(url, *, key="sk-test", breaker=None, patience=None, model="gpt-4o-mini"):
    """A client, and the delays that it would have slept."""
    slept = []
    async with server_of(url, key=key) as opened:
        made = {"model": model, "breaker": breaker, "patience": patience, "slept": slept}
        yield completions_of(opened, **made), slept


def embeddings_of(server, *, dimensions=0):
    caller = Caller(server.where, dialect=ModelDialect(EMBEDDING_PARAMETERS), breaker=Breaker())
    return OpenAIEmbeddings(
        server, "text-embedding-3-small", caller, caller, Slots(0), EMBED, dimensions=dimensions
    )


async def said(client, request=ASK):
    return "".join([piece.text async for piece in client.stream(request)])


async def drained(stream):
    async for _ in stream:
        pass


async def test_a_stream_is_read_and_its_usage_goes_on_the_tab(server):
    """Text as the server sent it; tokens and dollars as the server counted them."""
    server.faults.append(Fault("say", text="네, 가능합니다."))
    charged = []
    tab = Tab(charged.append)
    TAB.set(tab)
    async with client_of(server.url) as (client, _):
        assert await said(client) == "네, 가능합니다."
    prompt = tab.total.prompt_tokens
    assert prompt > 5
    assert tab.total.completion_tokens == 6
    assert tab.total.cost_usd == pytest.approx((prompt * 0.15 + 6 * 0.6) / 1e6)
    assert charged == [tab.total]


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault("status", status=429, retry_after="1.5"), [1.5]),
        (Fault("status", status=503), None),
        (Fault("status", status=500), None),
    ],
)
async def test_what_may_pass_is_tried_again(server, fault, waits):
    """A 429 after what its header says, a 5xx after a moment that is never the same."""
    server.faults += [fault, Fault("say", text="네.")]
    async with client_of(server.url) as (client, slept):
        assert await said(client) == "네."
    assert len(slept) == 1
    assert slept == waits if waits else 0.3 <= slept[0] <= 0.5


async def test_nobody_waits_for_a_long_retry_after(server):
    """A minute is longer than a person waits: the error comes at once, and nothing is hammered."""
    server.faults.append(Fault("status", status=429, retry_after="60"))
    breaker = Breaker()
    async with client_of(server.url, breaker=breaker) as (client, slept):
        with pytest.raises(ModelUnavailableError):
            await said(client)
        with pytest.raises(ModelUnavailableError, match="not called"):
            await said(client)
    assert slept == []
    assert len(server.requests) == 1


async def test_retries_are_bounded(server):
    """Three attempts, then the error."""
    server.faults += [Fault("status", status=500)] * 5
    async with client_of(server.url) as (client, slept):
        with pytest.raises(ModelUnavailableError, match="500"):
            await said(client)
    assert len(slept) == 2
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault("status", status=401), ModelMisconfiguredError, "OPENAI_API_KEY"),
        (Fault("status", status=404), ModelMisconfiguredError, "name"),
        (Fault("status", status=429, code="insufficient_quota"), ModelMisconfiguredError, "quota"),
        (Fault("status", status=400, code="content_filter"), ModelRefusedError, "filter"),
        (Fault("status", status=400, code="context_length_exceeded"), ModelOverflowError, "longer"),
        (Fault("status", status=403, text="no permission"), ModelMisconfiguredError, "may not"),
    ],
)
async def test_what_will_not_pass_is_told_at_once(server, fault, error, words):
    """One request, and a line that names the cause."""
    server.faults.append(fault)
    async with client_of(server.url) as (client, slept):
        with pytest.raises(error, match=words):
            await said(client)
    assert (len(server.requests), slept) == (1, [])


async def test_the_server_itself_refuses_keys_models_and_long_prompts(server):
    """Not on cue: a revoked key, a model that does not exist, a prompt that does not fit."""
    async with client_of(server.url, key=REVOKED) as (client, _):
        with pytest.raises(ModelMisconfiguredError, match="401"):
            await said(client)
    long = CompletionRequest([{"role": "user", "content": "가" * 4_000}], 900, 0.2)
    async with client_of(server.url, model="tiny-context") as (client, _):
        with pytest.raises(ModelOverflowError):
            await said(client, long)
    async with client_of(server.url, model="gpt-9") as (client, _):
        with pytest.raises(ModelMisconfiguredError, match="404"):
            await said(client)


async def test_no_server_and_a_silent_server(server):
    """Connection refused and a read timeout are the same kind of trouble, told apart in words."""
    async with client_of("http://127.0.0.1:9/v1") as (client, _):
        with pytest.raises(ModelUnavailableError, match="cannot be reached"):
            await said(client)
    server.faults += [Fault("hang")] * 3
    async with client_of(server.url, patience=Patience(within_s=0.05)) as (client, _):
        with pytest.raises(ModelUnavailableError, match="too long"):
            await said(client)


@pytest.mark.parametrize("kind", ["cut", "stall"])
async def test_a_stream_that_ends_early_is_an_error_and_still_costs(server, kind):
    """What was read was given; the tab gets an estimate, because nobody told the usage."""
    server.faults += [Fault(kind, after=2)]
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with client_of(server.url, patience=Patience(silence_s=0.2)) as (client, _):
        stream = client.stream(ASK)
        assert (await anext(stream)).text
        with pytest.raises(ModelBrokeOffError):
            await drained(stream)
    assert tab.total.prompt_tokens > 5
    assert tab.total.cost_usd > 0


async def test_a_broken_circuit_closes_by_itself(server):
    """After failures in a row nothing is sent; after the pause one call tries, and all is well."""
    now = [0.0]
    breaker = Breaker(failures=3, pause_s=10, clock=lambda: now[0])
    server.faults += [Fault("status", status=503)] * 9
    async with client_of(server.url, breaker=breaker) as (client, _):
        for _ in range(3):
            with pytest.raises(ModelUnavailableError, match="503"):
                await said(client)
        with pytest.raises(ModelUnavailableError, match="not called"):
            await said(client)
        assert len(server.requests) == 9
        now[0] = 11.0
        await said(client)
        await said(client)
    assert len(server.requests) == 11


async def test_embeddings_come_as_bytes_or_as_numbers(server):
    """Unit vectors in the order of the texts; similar texts are near."""
    texts = [
        "정산 계좌는 어떻게 바꾸나요?",
        "정산 계좌를 바꾸고 싶어요",
        "라이브 방송은 어디서 하나요?",
    ]
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with server_of(server.url) as opened:
        vectors = await embeddings_of(opened).vectors(texts, hurried=True)
        short = await embeddings_of(opened, dimensions=64).vectors(texts, hurried=True)
    assert vectors.shape == (3, 1_536)
    assert short.shape == (3, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1
    assert tab.total.prompt_tokens > 10
    assert [body["encoding_format"] for body in server.bodies("embeddings")] == ["base64"] * 2


async def test_the_plain_sdk_understands_the_server_too(server):
    """So that the double is measured by the real client's own types, not by our reading of it."""
    async with openai.AsyncOpenAI(api_key="sk-test", base_url=server.url) as sdk:
        whole = await sdk.chat.completions.create(model="gpt-4o-mini", messages=ASK.messages)
        stream = await sdk.chat.completions.create(
            model="gpt-4o-mini",
            messages=ASK.messages,
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
        floats = await sdk.embeddings.create(
            model="bge-m3", input="가나다", dimensions=8, encoding_format="float"
        )
        same = await sdk.embeddings.create(model="bge-m3", input=["가나다"], dimensions=8)
    streamed = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert streamed == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert floats.data[0].embedding == pytest.approx(same.data[0].embedding)


async def test_a_reply_that_is_no_reply_is_an_error(server):
    """As when a gateway says 200 and means something else."""
    server.faults.append(Fault("body", of="embeddings", text="<html>sign in</html>"))
    async with server_of(server.url) as opened:
        with pytest.raises(ModelReplyError):
            await embeddings_of(opened).vectors(["가"], hurried=True)


async def test_many_streams_at_once(server):
    """A hundred at a time, each at its own pace."""
    server.pace = Pace(first_token_s=0.2, tokens_per_s=200, answer_tokens=20)
    async with client_of(server.url) as (client, _):
        await asyncio.gather(*(said(client) for _ in range(100)))
    assert server.most_streams == 100


def test_usage_adds_up():
    """Two calls are one sum."""
    assert Usage(1, 0, 2, 0.5) + Usage(3, 1, 4, 0.25) == Usage(4, 1, 6, 0.75)


async def test_a_connection_is_used_again_after_its_stream_was_read(server):
    """Also one whose bytes had to wait in the kernel; one that was left is closed."""
    server.pace = Pace(tokens_per_s=500)
    async with server_of(server.url) as model_server:
        client = completions_of(model_server)
        for _ in range(3):
            async with aclosing(client.stream(ASK)) as stream:
                async for _ in stream:
                    await client.pause()
        (connections,) = model_server._session.connector._conns.values()
        assert len(connections) == 1
        server.pace = Pace(tokens_per_s=2)
        async with aclosing(client.stream(ASK)) as stream:
            await anext(stream)
        assert not model_server._session.connector._conns


async def test_a_stream_that_waits_is_read_in_fewer_pieces():
    """What came meanwhile comes in one go, however many packets it was."""
    asked_for_more, told = asyncio.Event(), asyncio.Event()

    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(STREAM_HEAD)
        for number in range(60):
            frame = {"choices": [{"delta": {"content": f"{number} "}}]}
            writer.write(chunk(f"data: {json.dumps(frame)}\n\n"))
            await writer.drain()
            if not number:
                await asked_for_more.wait()
            await asyncio.sleep(0)
        writer.write(chunk("data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()
        told.set()
        writer.close()

    found = []
    listening = await asyncio.start_server(reply, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, client_of(f"http://127.0.0.1:{port}/v1") as (client, _):
        async for piece in client.stream(ASK):
            found.append(piece.text)
            asked_for_more.set()
            await told.wait()
    assert "".join(found) == " ".join(map(str, range(60))) + " "
    assert len(list(filter(None, found))) <= 3


@pytest.mark.parametrize(
    ("streams", "beginning", "shortest_s", "longest_s"),
    [(0, 0, 0.0, 0.05), (10_000, 0, 0.2, 0.4), (0, 50, 0.2, 0.4)],
)
async def test_pauses_grow_with_the_streams(streams, beginning, shortest_s, longest_s):
    """None to speak of for one, and longer while others wait for their first words."""
    loop = asyncio.get_running_loop()
    load = StreamLoad(lambda: beginning)
    load._streams = streams
    began = loop.time()
    await load.pause()
    assert shortest_s <= loop.time() - began + 0.001 < longest_s


async def test_the_sdk_says_where_to_post_and_with_which_headers(server, monkeypatch):
    """Its address, key, organisation and user agent, as OPENAI_… set them."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-7")
    async with open_server(key="sk-test", base_url=f"{server.url}/") as opened:
        await said(completions_of(opened))
    (headers,) = server.headers
    assert headers["authorization"] == "Bearer sk-test"
    assert headers["openai-organization"] == "org-7"
    assert headers["user-agent"].startswith("AsyncOpenAI/")
    assert "openai-project" not in headers


async def test_a_certificate_that_nobody_knows_is_named_with_what_to_set(tmp_path):
    """A gateway of one's own house has one of its own authority."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test"
        f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    )
    if shutil.which("openssl") is None:
        pytest.skip("NOT RUN: openssl, which makes the certificate, is not here")
    subprocess.run(made.split(), check=True, capture_output=True)  # noqa: ASYNC221
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context) as served:
        port = served.sockets[0].getsockname()[1]
        async with open_server(key="sk", base_url=f"https://127.0.0.1:{port}/v1") as model:
            with pytest.raises(ModelUnavailableError, match="SSL_CERT_FILE"):
                await model.post("/chat/completions", b"{}")


async def test_a_netrc_that_knows_the_host_changes_nothing(server, monkeypatch, tmp_path):
    """The key is sent all the same."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with client_of(server.url) as (client, _):
        assert await said(client)
    assert server.headers[-1]["authorization"] == "Bearer sk-test"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_an_address_that_has_moved_is_followed(host):
    """With the key and the whole request, on the same server; also on one of IPv6."""
    asked = []

    async def reply(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"content-length: (\d+)", head, re.IGNORECASE)[1])
        asked.append((head, await reader.readexactly(length)))
        if len(asked) == 1:
            there = "Location: /v2/chat/completions\r\nContent-Length: 0\r\nConnection: close"
            writer.write(f"HTTP/1.1 307 Temporary Redirect\r\n{there}\r\n\r\n".encode())
        else:
            writer.write(STREAM_HEAD + chunk(FAULTS["no done"].text) + b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    try:
        listening = await asyncio.start_server(reply, host, 0)
    except OSError:
        pytest.skip(f"NOT RUN: nothing can listen at {host}")
    shown = f"[{host}]" if ":" in host else host
    async with listening:
        url = f"http://{shown}:{listening.sockets[0].getsockname()[1]}/v1"
        async with client_of(url) as (client, _):
            assert await said(client)
    (first, body), (second, again) = asked
    assert first.startswith("POST /v1/")
    assert second.startswith("POST /v2/")
    assert "Bearer sk-test" in second
    assert body == again


async def test_another_server_does_not_get_the_key(server):
    """It refuses who has none, wherever the first one points."""

    async def moved(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        there = f"Location: {server.url}/chat/completions\r\nContent-Length: 0\r\n\r\n"
        writer.write(f"HTTP/1.1 307 Temporary Redirect\r\n{there}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(moved, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        async with client_of(f"http://127.0.0.1:{port}/v1") as (client, _):
            with pytest.raises(ModelMisconfiguredError, match="401"):
                await said(client)


async def test_requests_go_through_the_proxy_of_the_environment(server, monkeypatch):
    """Looked up once; none for an address that is exempt from it."""
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
    async with client_of("http://models.example/v1") as (client, _):
        assert await said(client)
    assert server.bodies("chat")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with client_of(server.url) as (client, _):
        assert await said(client)
