"""`faqbot tune` from the examples to the setting, as a person runs it, against the local OpenAI."""

import asyncio
import json

import pytest

from bots.cli.app import main
from bots.cli.models import tune
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Feedback, Question, SessionId, Turn, TurnState
from devtools.openai.server import OpenAIServer

LIKED = 40
TITLE = "개인도 가입할 수 있나요?"


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.fixture
async def faqbot(own, server, monkeypatch, capsys):
    """Runs a command on a copy of the small FAQ with liked answers; its status and output."""
    monkeypatch.setattr(tune, "INTERVAL_S", 0)
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(own.data))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.chdir(own.cwd)
    async with SqliteFile.open(own.data / "history.sqlite3") as file:
        history, archive = SqliteHistory(file), SqliteArchive(file)
        for number in range(LIKED):
            asked = f"개인도 가입할 수 있나요? {number}번째로 여쭤요. 010-1234-{number:04}"
            question = Question(f"q{number}", SessionId(f"web:a:{number}"), asked, asker="u1")
            turn = Turn(question, TurnState.ANSWERED, "네, 가입할 수 있습니다. [1]", (TITLE,))
            await history.append(turn)
            await archive.give_feedback(Feedback(f"q{number}", "u1", helpful=number > 0))

    async def run(*arguments):
        status = await asyncio.to_thread(main, ["tune", *map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


async def test_a_model_is_tuned_compared_and_used(faqbot, own):
    """Each command stands on what the one before has left behind."""
    folder = own.cwd / "export"
    status, said = await faqbot("export", folder, "--each", 5)
    assert status == 0, said
    assert "somebody said that it did not help" in said
    assert "costs about US$" in said
    text = (folder / "train.jsonl").read_text(encoding="utf-8")
    assert "***-****-****" in text
    assert "010-1234" not in text

    status, said = await faqbot("start", folder)
    assert (status, "--yes" in said) == (1, True)
    status, said = await faqbot("start", folder, "--yes")
    assert status == 0, said
    assert "succeeded" in said

    status, said = await faqbot("status")
    assert (status, "checkpoint ft:" in said) == (0, True)

    status, said = await faqbot("compare", folder, "--yes", "--limit", 4)
    assert status == 0, said
    assert "answer found in the passage" in said
    assert len(json.loads((folder / "compare.json").read_text(encoding="utf-8"))) == 4
    assert (folder / "compare.png").read_bytes().startswith(b"\x89PNG")

    status, said = await faqbot("use")
    assert status == 0, said
    lines = (own.cwd / ".env").read_text(encoding="utf-8").splitlines()
    assert "FAQBOT_GUARDRAIL_MODEL=gpt-4o-mini" in lines
    assert any(line.startswith("FAQBOT_MODEL=ft:gpt-4o-mini-2024-07-18") for line in lines)
    status, said = await faqbot("use", "gpt-9")
    assert (status, "gpt-9" in said) == (1, True)


async def test_who_opted_out_is_left_out_until_they_take_part_again(faqbot, own):
    await faqbot("opt-out", "u1")
    status, said = await faqbot("export", own.cwd / "export", "--each", 5)
    assert (status, "40 (the person wants no part in it)" in said) == (1, True)  # too few are left
    await faqbot("opt-out", "u1", "--undo")
    status, said = await faqbot("export", own.cwd / "export", "--each", 5)
    assert (status, "wants no part" in said) == (0, False)


async def test_a_job_can_be_left_and_cancelled(faqbot, own):
    folder = own.cwd / "export"
    await faqbot("export", folder, "--each", 5)
    status, said = await faqbot("start", folder, "--yes", "--detach")
    assert (status, "validating_files" in said) == (0, True)
    status, said = await faqbot("start", folder, "--detach")  # nobody is asked about money again
    assert (status, "not paid for again" in said, "US$" in said) == (0, True, False)
    status, said = await faqbot("cancel")
    assert (status, "cancelled" in said) == (0, True)
    status, said = await faqbot("use")
    assert (status, "no model yet" in said) == (1, True)


async def test_without_a_key_it_says_what_to_set(faqbot, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    status, said = await faqbot("status")
    assert (status, "OPENAI_API_KEY" in said) == (1, True)
