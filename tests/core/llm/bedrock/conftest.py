"""The local Bedrock of the tests, where nothing of this machine's credentials is found."""

import pytest

pytest.importorskip("boto3")

from devtools.bedrock import BedrockServer


@pytest.fixture
async def server(monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with BedrockServer().serve() as running:
        yield running
