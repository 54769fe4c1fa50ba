"""Questions that come at once are searched for together, each with its own result."""

import asyncio
import threading

import pytest
from fakes.faq import FAQ

from core.assistant.research import Researcher
from core.errors import FaqIndexError
from core.types import Exchange, Label, Verdict

TITLES = [entry.title for entry in FAQ]


class Judge:
    """Calls everything on topic."""

    def judge(self, evidence):
        del evidence
        return Verdict(Label.ON_TOPIC, {Label.ON_TOPIC: 1.0})


class Held:
    """A retriever whose searches wait until they are let, and may fail."""

    def __init__(self, retriever):
        self._retriever = retriever
        self.aside, self.entries = retriever.aside, retriever.entries
        self.batches = []
        self.asked, self.free = threading.Event(), threading.Event()
        self.error = None

    def search_all(self, asked):
        self.batches.append([one.question for one in asked])
        self.asked.set()
        assert self.free.wait(30)
        if self.error:
            raise self.error
        return self._retriever.search_all(asked)


def is_same(found, other):
    """Compare hits; the last digits of a score depend on what is computed together."""
    scores = pytest.approx([hit.score for hit in other], abs=1e-6)
    titles = [hit.title for hit in other]
    return [hit.title for hit in found] == titles and [hit.score for hit in found] == scores


async def test_what_is_asked_together_is_found_together(retriever):
    """One search for all of them, and to each what it would have found alone."""
    held = Held(retriever)
    held.free.set()
    researcher = Researcher(held, Judge())
    found = await asyncio.gather(*map(researcher.find, TITLES))
    assert held.batches == [TITLES]
    for one, title in zip(found, TITLES, strict=True):
        assert is_same(one.alone, retriever.search(title))
    assert [hit.entries[0].title for hit in found] == TITLES


async def test_a_conversation_is_searched_with_and_without(retriever):
    """Beside others who have none."""
    history = [Exchange(TITLES[2], "…")]
    text = "그럼 어떻게 해요?"
    researcher = Researcher(retriever, Judge())
    leaning, plain = await asyncio.gather(researcher.find(text, history), researcher.find(text))
    assert is_same(leaning.in_context, retriever.search(text, history))
    assert plain.in_context == plain.alone
    assert is_same(leaning.alone, retriever.search(text))
    assert is_same(plain.alone, retriever.search(text))


async def test_a_crowd_is_searched_for_in_parts(retriever):
    """So that the first of them do not wait for the last; who has left is not searched for."""
    held = Held(retriever)
    researcher = Researcher(held, Judge())
    tasks = [asyncio.create_task(researcher.find(f"{TITLES[0]} {n}")) for n in range(70)]
    assert await asyncio.to_thread(held.asked.wait, 30)
    assert researcher.waiting > 0
    for task in tasks[60:]:
        task.cancel()
    held.free.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in found[60:])
    assert sorted(text for batch in held.batches for text in batch) == sorted(
        f"{TITLES[0]} {n}" for n in range(60)
    )
    assert max(map(len, held.batches)) <= 16
    assert researcher.waiting == 0


async def test_an_error_reaches_everyone_it_concerns_and_nobody_after(retriever):
    """The next search is a new one."""
    held = Held(retriever)
    held.free.set()
    held.error = FaqIndexError("gone")
    researcher = Researcher(held, Judge())
    failed = await asyncio.gather(*map(researcher.find, TITLES[:3]), return_exceptions=True)
    assert failed == [held.error] * 3
    held.error = None
    assert (await researcher.find(TITLES[0])).entries
