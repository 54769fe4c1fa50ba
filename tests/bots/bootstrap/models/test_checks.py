"""What the doctor says of a model server, from the requests that an answer sends."""

import asyncio
import json

import pytest

from bots.bootstrap.models.checks import check_models
from bots.bootstrap.models.providers import open_providers
from bots.shared.platform import FAIL, NOTE, PASS
from config.settings import read_settings
from core.errors import ModelBrokeOffError
from core.llm.completions import CompletionRequest
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.server import OpenAIServer

ASK = CompletionRequest([{"role": "user", "content": "정산은요?"}], 900, 0.2)


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.fixture
def settings(server, monkeypatch, tmp_path):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    return read_settings()


def reading(label):
    fields = {"label": label, "query": "", "confidence": 1}
    return Fault("say", of="guard", text=json.dumps(fields))


@pytest.mark.parametrize(
    ("fault", "mark", "read_as"),
    [
        (reading("on_topic"), PASS, "on_topic,"),
        (FAULTS["reading in prose"], PASS, "on_topic,"),
        (reading("off_topic"), NOTE, "off_topic,"),
    ],
)
async def test_the_doctor_says_what_a_question_is_read_as(settings, server, fault, mark, read_as):
    """In whatever form the model says it; a model that takes it for another thing is no good."""
    server.faults.append(fault)
    _, read = await asyncio.to_thread(check_models, settings)
    assert (read.name, read.mark) == ("readings", mark)
    assert f"reads a question as {read_as}" in read.text
    assert bool(read.fix) == (mark is NOTE)


async def test_a_model_that_writes_what_nobody_can_read_fails(settings, server):
    server.faults.append(Fault("say", text="\ufffd\x0f<a\ufffd\x15SG\x02. [1]\n" * 9))
    answers, _ = await asyncio.to_thread(check_models, settings)
    assert (answers.name, answers.mark) == ("answers", FAIL)
    assert "unreadable" in answers.text


async def test_a_server_that_marks_no_ends_is_learnt_by_all_that_ask_its_model(settings, server):
    """By readings and answers together: they are of one model."""
    server.faults += [FAULTS["no end"]] * 4
    async with open_providers(settings) as providers:
        writer, reader = await providers.writer(), await providers.reader()
        for model in (writer, reader):
            with pytest.raises(ModelBrokeOffError):
                await said(model)
        assert await said(reader) == await said(writer) != ""


async def said(model):
    return "".join([piece.text async for piece in model.stream(ASK)])
