"""Embeddings of an endpoint: in small requests, checked, cached as they come."""

import json
from contextlib import asynccontextmanager

import numpy as np
import pytest

from core.embeddings.cache import VectorCache
from core.embeddings.openai import PARAMETERS, OpenAIEmbeddings
from core.embeddings.prefixes import prefixes_of
from core.embeddings.remote import RemoteEmbedder
from core.errors import ModelReplyError, ModelTimeoutError, ModelUnavailableError
from core.llm.budget import FREE, TAB, Tab
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.dialect import ModelDialect
from core.llm.openai.client import open_server
from core.ports import TextKind
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.server import OpenAIServer
from devtools.openai.ways import WAYS

TEXTS = [f"{n}번째 질문은 무엇인가요?" for n in range(20)]


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@asynccontextmanager
async def embedder_of(server, folder, *, model="bge-m3", batch=8, dimensions=0, within_s=5.0):
    """An embedder as another process would open it: on the same cache."""
    async with open_server(key="sk-test", base_url=server.url) as opened:
        caller = Caller(
            opened.where,
            dialect=ModelDialect(PARAMETERS),
            breaker=Breaker(failures=99),
            patience=Patience(within_s=within_s, retries=0),
        )
        endpoint = OpenAIEmbeddings(
            server=opened,
            model=model,
            hurried=caller,
            patient=caller,
            slots=Slots(0),
            price=FREE,
            prefixes=prefixes_of(model),
            dimensions=dimensions,
        )
        with VectorCache.open(folder / "vectors.sqlite3", model) as cache:
            embedder = RemoteEmbedder(endpoint, fingerprint=model, cache=cache, batch=batch)
            yield embedder
            await embedder.close()


def nothing(_ready, _total):
    pass


def sizes(server):
    return [len(body["input"]) for body in server.bodies("embeddings")]


async def test_an_ingest_asks_in_small_requests_and_once(server, tmp_path):
    """What is in the cache is not asked for again, but for the first text."""
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.prepare(TEXTS, (), nothing)
        assert embedder.embed(TEXTS).shape == (20, 1_536)
    assert sizes(server) == [1, 8, 8, 3]
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.prepare(TEXTS, (), nothing)
    assert sizes(server)[4:] == [1]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", of="embeddings", status=500, text="CUDA out of memory"),
        Fault("body", of="embeddings", text='{"data": []}'),
        Fault("status", of="embeddings", status=413),
        Fault("status", of="embeddings", status=400, text="batch size 8 is over 4"),
        Fault("hang", of="embeddings"),
    ],
)
async def test_what_is_too_much_for_a_server_is_halved(server, tmp_path, fault):
    """Also what it does not finish in time; the rest is asked for in the smaller size."""
    plain = 2 if fault.status == 400 else 1  # a refusal is tried once in the plainest form
    async with embedder_of(server, tmp_path, within_s=0.5) as embedder:
        await embedder.prepare(TEXTS[:1], (), nothing)
        server.faults += [fault] * plain
        await embedder.keep(TEXTS[:9])
        assert np.isfinite(embedder.embed(TEXTS[:9])).all()
    assert sizes(server)[-2:] == [4, 4]


@pytest.mark.parametrize("how", ["ragged", "nan"])
async def test_vectors_that_are_none_are_refused(server, tmp_path, how):
    """And are in no cache: as soon as the server is mended, all is well."""
    server.faults += [FAULTS[f"vectors: {how}"]] * 2
    async with embedder_of(server, tmp_path) as embedder:
        with pytest.raises(ModelReplyError):
            await embedder.warm(TEXTS[:2])
        server.faults.clear()
        await embedder.prepare(TEXTS, (), nothing)
        assert embedder.embed(TEXTS).shape == (20, 1_536)


@pytest.mark.parametrize("how", ["unordered", "missing"])
async def test_vectors_are_ordered_by_index_or_by_place(server, tmp_path, how):
    """Where there is no index their place counts."""
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.warm(TEXTS[:4])
        right = embedder.embed(TEXTS[:4])
    server.faults.append(FAULTS[f"vectors: {how}"])
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.warm(TEXTS[:4])
        assert np.allclose(embedder.embed(TEXTS[:4]), right, atol=1e-5)


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 0}, {"prompt_tokens": -5_000}])
async def test_who_counts_no_tokens_is_estimated(server, tmp_path, usage):
    """A server that counts nothing would switch the caps off."""
    rows = [{"embedding": [0.6, 0.8]}, {"embedding": [0.8, 0.6]}]
    body = json.dumps({"data": rows, "usage": usage})
    server.faults.append(Fault("body", of="embeddings", text=body))
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.warm(TEXTS[:2])
    assert tab.total.prompt_tokens > 5


async def test_another_length_in_the_middle_is_refused(server, tmp_path):
    """What was fetched before is kept; the next ingest goes on with it."""
    async with embedder_of(server, tmp_path, batch=4) as embedder:
        await embedder.prepare(TEXTS[:5], (), nothing)
        server.faults += [FAULTS["vectors: short"]] * 9
        with pytest.raises(ModelReplyError, match="5 numbers in place of 1536"):
            await embedder.warm(["새로운 질문"])
        server.faults.clear()
        await embedder.warm(["새로운 질문"])
        assert embedder.embed(["새로운 질문"]).shape == (1, 1_536)


async def test_a_cache_of_another_length_is_fetched_again(server, tmp_path):
    """A server that was broken all the while an ingest ran, and was mended."""
    server.faults += [FAULTS["vectors: short"]] * 9
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.prepare(TEXTS, (), nothing)
        assert embedder.embed(TEXTS).shape == (20, 5)
    server.faults.clear()
    async with embedder_of(server, tmp_path) as embedder:
        assert await embedder.has_another_length()
        await embedder.prepare(TEXTS, (), nothing)
        assert embedder.embed(TEXTS).shape == (20, 1_536)
        assert not await embedder.has_another_length()


async def test_dimensions_are_given_up_where_they_are_refused(tmp_path):
    """The length that was found is what counts."""
    async with (
        OpenAIServer(way=WAYS["vllm"]).serve() as server,
        embedder_of(server, tmp_path, dimensions=64) as embedder,
    ):
        await embedder.warm(TEXTS[:1])
        assert embedder.dimension == 1_536
    assert [body.get("dimensions") for body in server.bodies("embeddings")] == [64, None]


async def test_a_model_that_tells_questions_from_passages_is_told(server, tmp_path):
    """By its prefixes; the same text as both is two texts, and for other models it is one."""
    async with embedder_of(server, tmp_path, model="multilingual-e5-small") as embedder:
        await embedder.prepare(["가나"], ["가나"], nothing)
        asked, told = embedder.embed(["가나"]), embedder.embed(["가나"], TextKind.PASSAGE)
        assert not np.allclose(asked, told)
    sent = [text for body in server.bodies("embeddings") for text in body["input"]]
    assert sent == ["query: 가나", "passage: 가나"]
    async with embedder_of(server, tmp_path, model="bge-m3") as embedder:
        await embedder.prepare(["가나"], ["가나"], nothing)
    assert sizes(server)[2:] == [1]


async def test_what_was_not_fetched_is_no_zero(server, tmp_path):
    """But an error that searches know how to do without."""
    async with embedder_of(server, tmp_path) as embedder:
        await embedder.warm(TEXTS[:1])
        with pytest.raises(ModelUnavailableError, match="1 of 2"):
            embedder.embed(TEXTS[:2])
        assert not embedder.embed([" "]).any()


async def test_a_question_waits_no_longer_than_it_may(server, tmp_path):
    """The search goes on by words and letters."""
    server.faults.append(Fault("hang", of="embeddings"))
    async with embedder_of(server, tmp_path, within_s=0.2) as embedder:
        with pytest.raises(ModelTimeoutError):
            await embedder.warm(TEXTS[:1])
