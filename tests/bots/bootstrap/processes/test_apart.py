"""Work in a process of its own."""

import asyncio
import os

import pytest
from fakes import apart as work

from bots.bootstrap.processes.apart import apart
from config.settings import Settings
from core.errors import FaqbotError, SourceError

WITHIN_S = 60


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


async def test_it_is_done_in_another_process_which_is_gone_afterwards(settings):
    number = await apart(work.its_number, settings)
    assert number != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_an_error_is_raised_where_it_is_waited_for(settings):
    with pytest.raises(SourceError, match="there is no such file"):
        await apart(work.fails, settings)


async def test_a_process_that_the_system_kills_tells_of_the_memory(settings):
    with pytest.raises(FaqbotError, match="too little memory"):
        await apart(work.is_killed, settings)


async def test_who_cancels_it_ends_the_process(settings, tmp_path):
    doing = asyncio.create_task(apart(work.waits, settings))
    async with asyncio.timeout(WITHIN_S):
        while not (tmp_path / "number").exists():  # noqa: ASYNC110 - the other process's event
            await asyncio.sleep(0.02)
        doing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await doing
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "number").read_text()), 0)
