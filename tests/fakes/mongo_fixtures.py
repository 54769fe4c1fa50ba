"""Fixtures of the suites that run on MongoDB: on the test server, and on a real one if named."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from fakes.mongo_server import MongoServer
from pymongo import MongoClient

REAL = "MONGO_TEST_URL"
NOT_RUN = (
    f"NOT RUN on a real MongoDB, since {REAL} names none: the suites of history, archive, inbox"
)


@pytest.fixture
def server() -> Iterator[MongoServer]:
    """The test server alone: for what only it can do."""
    with MongoServer().running() as running:
        yield running


@pytest.fixture(params=["test-server", *([REAL] if REAL in os.environ else [])])
def uri(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URI of an empty database on each server."""
    if request.param != REAL:
        yield f"{request.getfixturevalue('server').uri}/faqbot"
        return
    real = os.environ[REAL]
    name = f"faqbot_test_{secrets.token_hex(6)}"
    base, _, options = real.partition("?")
    scheme, _, hosts = base.partition("://")
    yield f"{scheme}://{hosts.partition('/')[0]}/{name}?{options}"
    with MongoClient(real) as client:
        client.drop_database(name)
