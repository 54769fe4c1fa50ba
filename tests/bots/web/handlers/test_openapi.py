"""The API under the requests that schemathesis makes of its own description."""

import asyncio
import threading

import pytest
import schemathesis
from fakes.web_bot import running_bot
from hypothesis import HealthCheck, settings
from schemathesis import checks

from bots.web.handlers.openapi import document
from config.profiles import load_profile

pytestmark = pytest.mark.long

# Streams stay open for as long as somebody reads; `test_fuzz.py` opens them.
SCHEMA = schemathesis.openapi.from_dict(document()).exclude(path_regex="/events$|/streaming/")
CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a bot on a loop of its own, as schemathesis waits for each response."""
    up, addresses, folder = threading.Event(), [], tmp_path_factory.mktemp("bot")

    async def serve():
        ends = asyncio.Event()
        limits = {"web_people_per_address": 0, "user_per_minute": 0}
        async with running_bot(folder, load_profile("smartstore"), **limits) as bot:
            loop = asyncio.get_running_loop()
            addresses.append((bot.address, lambda: loop.call_soon_threadsafe(ends.set)))
            up.set()
            await ends.wait()

    server = threading.Thread(target=lambda: asyncio.run(serve()))
    server.start()
    assert up.wait(60)
    ((at, end),) = addresses
    yield at
    end()
    server.join()


@SCHEMA.parametrize()
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, *HealthCheck],
)
def test_responses_are_those_that_the_description_promises(case, address):
    case.call_and_validate(base_url=address, checks=CHECKS, timeout=30)
