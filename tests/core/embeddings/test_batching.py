"""Embeddings of questions that are asked together: one request, one bill, shared."""

import asyncio

import numpy as np
import pytest

from core.embeddings.batching import BatchedEmbeddings
from core.errors import ModelUnavailableError
from core.llm.budget import TAB, Tab, spend
from core.types import Usage


class Endpoint:
    """Answers when it is let, and counts its requests."""

    def __init__(self):
        self.requests = []
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.error = None

    async def fetch(self, texts):
        self.requests.append(list(texts))
        self.asked.set()
        await self.open.wait()
        if self.error:
            raise self.error
        spend(Usage(prompt_tokens=10 * len(texts), cost_usd=1.0))
        return {text: np.full(2, len(text), np.float32) for text in texts}


async def asked(gathering, text, tab=None):
    TAB.set(tab)
    return (await gathering.get([text]))[text]


async def test_those_who_ask_together_share_one_request():
    """Each gets its own vector; the same text is fetched once, also while it is on its way."""
    endpoint = Endpoint()
    gathering = BatchedEmbeddings(endpoint.fetch)
    tasks = [asyncio.create_task(asked(gathering, text)) for text in ("가", "나나", "가")]
    await endpoint.asked.wait()
    tasks.append(asyncio.create_task(asked(gathering, "가")))
    endpoint.open.set()
    vectors = await asyncio.gather(*tasks)
    assert [int(vector[0]) for vector in vectors] == [1, 2, 1, 1]
    assert endpoint.requests == [["가", "나나"]]


async def test_the_bill_is_shared_by_length():
    """What they pay together is what it cost."""
    endpoint = Endpoint()
    endpoint.open.set()
    gathering = BatchedEmbeddings(endpoint.fetch)
    tabs = [Tab(lambda _: None) for _ in range(2)]
    await asyncio.gather(
        asked(gathering, "가" * 10, tabs[0]), asked(gathering, "나" * 100, tabs[1])
    )
    assert tabs[0].total.cost_usd + tabs[1].total.cost_usd == pytest.approx(1.0)
    assert tabs[0].total.cost_usd < tabs[1].total.cost_usd / 5


async def test_who_leaves_takes_nothing_from_the_others():
    """A cancelled question does not end the request that others wait for."""
    endpoint = Endpoint()
    gathering = BatchedEmbeddings(endpoint.fetch)
    leaving = asyncio.create_task(asked(gathering, "가"))
    staying = asyncio.create_task(asked(gathering, "가"))
    await endpoint.asked.wait()
    leaving.cancel()
    endpoint.open.set()
    assert (await staying)[0] == 1
    assert leaving.cancelled() or leaving.cancelling()


async def test_an_error_reaches_all_and_the_next_one_is_asked_anew():
    """Nothing of it is remembered."""
    endpoint = Endpoint()
    endpoint.open.set()
    endpoint.error = ModelUnavailableError("down")
    gathering = BatchedEmbeddings(endpoint.fetch)
    results = await asyncio.gather(
        asked(gathering, "가"), asked(gathering, "나"), return_exceptions=True
    )
    assert results == [endpoint.error] * 2
    endpoint.error = None
    assert (await asked(gathering, "가"))[0] == 1


async def test_closing_gives_up_what_is_on_its_way():
    """Whoever still waits is cancelled, and no task is left."""
    endpoint = Endpoint()
    gathering = BatchedEmbeddings(endpoint.fetch)
    waiting = asyncio.create_task(asked(gathering, "가"))
    await endpoint.asked.wait()
    await gathering.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
