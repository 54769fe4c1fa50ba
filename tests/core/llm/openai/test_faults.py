"""Servers, gateways and proxies that do what is in no specification, each by its name."""

import asyncio
from dataclasses import replace

import pytest
from fakes.openai_models import ASK, READ, model_of, pieces, said

from core.errors import (
    ModelBrokeOffError,
    ModelStalledError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from core.llm.budget import TAB, Tab
from core.llm.classifier import QuestionClassifier
from core.llm.completions import Finish
from core.llm.dialect import ModelDialect
from core.llm.openai.chat import PARAMETERS
from core.llm.openai.frames import FrameReader
from core.llm.prompts import Prompt
from core.types import Classification, Label
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.server import OpenAIServer, Pace
from devtools.openai.ways import WAYS
from devtools.openai.wire import STREAM_HEAD, chunk

SAID = "네, 가능합니다. [1]"


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.mark.parametrize(
    "name",
    [
        "null frame",
        "usage is a word",
        "content is a list",
        "choices is null",
        "byte order mark",
        "windows line ends",
        "old Macintosh line ends",
        "frames on several lines",
        "frames in frames",
        "numbers that are none",
        "usage without end",
        "usage of four hundred digits",
        "place as a word",
        "another choice first",
        "deltas without text",
        "comments between frames",
        "frames without a blank",
        "a frame of a megabyte",
        "text of a completion",
        "no done",
        "no finish",
        "thinking",
        "thinking without a tag to open it",
        "thinking in a channel",
        "reasoning",
        "whole reply",
        "tokens of its template",
        "tokens of another template",
        "message beside the last delta",
    ],
)
async def test_odd_replies_are_read(server, name):
    """The answer, the whole answer, and nothing of what the model thought."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url) as model:
        assert (await said(model)).strip() == SAID
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["open after its end", "open after its finish"])
async def test_an_answer_that_is_over_is_not_waited_for(server, name):
    """Whoever leaves the connection open keeps nobody waiting, and loses nothing."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url) as model, asyncio.timeout(30):
        *_, last = found = await pieces(model)
    assert "".join(piece.text for piece in found) == SAID
    assert last.finish is Finish.STOP


async def test_a_server_that_marks_no_ends_is_known_for_it_after_some_replies(server):
    """One such reply may have been cut off. Who has ever marked an end does so always."""
    server.faults += [FAULTS["no end"]] * 4
    learning = ModelDialect(PARAMETERS, may_leave_ends_unmarked=True)
    async with model_of(server.url, dialect=learning) as model:
        for _ in range(2):
            with pytest.raises(ModelBrokeOffError):
                await said(model)
        for _ in range(2):
            *_, last = found = await pieces(model)
            assert "".join(piece.text for piece in found) == SAID
            assert last.finish is Finish.STOP
        assert await said(model)
        server.faults += [FAULTS["no end"]] * 4
        for _ in range(4):
            with pytest.raises(ModelBrokeOffError):
                await said(model)


async def test_a_line_end_in_two_pieces_is_one(server):
    """A frame on several lines goes on behind it, as if it had come in one piece."""
    reader = FrameReader("somewhere")
    text = FAULTS["frames on several lines"].text.replace("\n", "\r\n").encode()
    frames = [frame for byte in text for frame in reader.feed(bytes([byte]))]
    assert [*frames, *reader.close()] == FrameReader("somewhere").feed(text)
    assert len(frames) == 2


async def test_who_counts_no_tokens_is_estimated(server):
    """A server that counts nothing would switch the caps off."""
    server.faults.append(FAULTS["usage of nothing"])
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with model_of(server.url) as model:
        await said(model)
    assert tab.total.prompt_tokens > 5


async def test_a_character_in_two_frames_is_one(server):
    """Each frame has half of a surrogate pair, which is no text by itself."""
    server.faults.append(FAULTS["half characters"])
    async with model_of(server.url) as model:
        assert await said(model) == f"\U0001f600{SAID}"


async def test_a_prompt_that_outgrows_the_model_while_it_writes_ends_the_answer():
    """What was said stays, with the mark of an answer that is too long; it is not begun anew."""

    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(STREAM_HEAD + chunk('data: {"choices": [{"delta": {"content": "네, "}}]}\n\n'))
        await writer.drain()
        await said_something.wait()
        told = '{"error": {"message": "the request exceeds the context size", "code": 400}}'
        writer.write(chunk(f"data: {told}\n\n"))
        writer.close()

    said_something = asyncio.Event()
    listening = await asyncio.start_server(reply, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    found = []
    async with listening, model_of(f"http://127.0.0.1:{port}/v1") as model:
        async for piece in model.stream(ASK):
            found.append(piece)
            said_something.set()
    assert [piece.text for piece in found] == ["네, ", ""]
    assert found[-1].finish is Finish.LENGTH


async def test_half_a_frame_is_a_stream_that_broke_off(server):
    """So that the rest is asked for, or the FAQ's text follows."""
    frames = FAULTS["no done"].text
    server.faults += [Fault("frames", text=frames[: len(frames) // 2])] * 3
    async with model_of(server.url) as model:
        with pytest.raises(ModelUnavailableError):
            await said(model)


@pytest.mark.parametrize("name", ["silence", "pings"])
async def test_a_server_that_says_nothing_is_left_in_time(server, name):
    """Also one that sends comments all the while."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url, within_s=0.3) as model:
        with pytest.raises(ModelTimeoutError):
            await said(model)


async def test_an_answer_without_an_end_is_cut(server):
    """At a bound that follows from the tokens asked for, and as one that was too long."""
    server.faults.append(FAULTS["endless"])
    async with model_of(server.url) as model:
        *_, last = found = await pieces(model)
    assert last.finish is Finish.LENGTH
    assert sum(len(piece.text) for piece in found) <= 900 * 5


async def test_a_model_that_stops_at_its_limit_says_so(server):
    """So that half a sentence is not taken for an answer."""
    server.faults.append(FAULTS["longest"])
    async with model_of(server.url) as model:
        assert (await pieces(model))[-1].finish is Finish.LENGTH


async def test_a_limit_and_an_error_have_other_names_as_well(server):
    """Mistral's limit is one; half an answer that an error ended is asked for again."""
    server.faults += [FAULTS["limit of Mistral"], FAULTS["ended by an error"]]
    async with model_of(server.url) as model:
        assert (await pieces(model))[-1].finish is Finish.LENGTH
        assert SAID not in await said(model)
    assert len(server.requests) == 3


async def test_a_model_that_thinks_gets_tokens_for_it():
    """It is asked again once, where it ended before it said anything; later ones have room."""
    async with (
        OpenAIServer(way=replace(WAYS["openai"], thinking_tokens=2_000)).serve() as server,
        model_of(server.url) as model,
    ):
        assert await said(model)
        assert await said(model, READ)
    limits = [body["max_completion_tokens"] for _, body in server.requests]
    assert limits[0] == ASK.max_tokens
    assert min(limits[1:]) > 2_000
    assert len(limits) == 3


async def test_who_reads_little_thinks_with_what_there_is(server):
    """A context without room for thinking is no reason to say nothing."""
    dialect = ModelDialect(PARAMETERS)
    dialect.thinks = True
    server.faults.append(FAULTS["overflow of vLLM"])
    async with model_of(server.url, dialect=dialect) as model:
        assert await said(model)
    assert server.requests[-1][1]["max_completion_tokens"] == ASK.max_tokens


async def test_thinking_without_a_tag_is_known_from_then_on(server):
    """The first answer of such a model shows it; later ones are held until it has thought."""
    thought, end = "규칙을 살펴보면 이렇다. ", f"</think>{SAID}"
    server.faults += [Fault("say", text=thought * 3 + end)] * 2
    server.pace = Pace(tokens_per_s=2_000)
    async with model_of(server.url) as model:
        await said(model)
        assert (await said(model)).strip() == SAID


@pytest.mark.parametrize(
    "name", ["reading in a fence", "reading in prose", "reading in another case"]
)
async def test_a_reading_is_understood_in_other_forms(server, name):
    """At once, and without asking again."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url) as model:
        classifier = QuestionClassifier(model, Prompt("p@1", "Read.", "Read."))
        parts = [part async for part in classifier.read("정산은요?", ())]
    assert isinstance(parts[-1], Classification)
    assert parts[-1].label is Label.ON_TOPIC
    assert len(server.requests) == 1


async def test_a_reading_that_falls_silent_is_not_asked_for_again(server):
    """Somebody waits for it, and the local guardrail is there."""
    server.faults.append(Fault("stall", of="guard", after=1))
    async with model_of(server.url, silence_s=0.3) as model:
        classifier = QuestionClassifier(model, Prompt("p@1", "Read.", "Read."))
        with pytest.raises(ModelStalledError):
            _ = [part async for part in classifier.read("정산은요?", ())]
    assert len(server.requests) == 1


async def test_a_server_that_takes_one_at_a_time_gets_one_at_a_time(server):
    """Everybody is answered; who comes later waits."""
    server.pace = Pace(first_token_s=0.02)
    async with model_of(server.url, slots=1) as model:
        answers = await asyncio.gather(*(said(model) for _ in range(4)))
    assert all(answers)
    assert server.most_streams == 1
