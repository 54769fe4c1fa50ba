"""The bot on `faqbot serve-model`, with a model that reads its prompts and knows nothing."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bots.bootstrap.assistant import open_forgetful
from bots.bootstrap.models.checks import check_models
from bots.shared.platform import FAIL
from config.profiles import profile_of
from config.settings import read_settings
from core.types import Answered, Declined, Delta, Question, SessionId

MINOR = "미성년자도 판매자로 가입할 수 있나요?"
_LONGEST = 16_384  # a token a byte, so that prompts have thousands of them


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small GPT-2 that has learnt nothing, with a vocabulary of bytes."""
    torch = pytest.importorskip("torch", reason="torch is not installed: make torch")
    transformers = pytest.importorskip("transformers", reason="no transformers: make torch")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415

    torch.manual_seed(1)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    byte_level = Tokenizer(models.BPE(vocab={c: n for n, c in enumerate(letters)}, merges=[]))
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    byte_level.decoder = decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=byte_level,
        eos_token="<|endoftext|>",  # noqa: S106 - a token of text
    )
    shape = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_positions=_LONGEST, n_embd=16, n_layer=1, n_head=1
    )
    path = tmp_path_factory.mktemp("nonsense")
    transformers.GPT2LMHeadModel(shape).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@asynccontextmanager
async def served(folder):
    """Serve as the command does, and yield the address that it prints."""
    from core.llm.local.device import LocalModel  # noqa: PLC0415 - torch may be missing
    from core.llm.local.server import LocalModelServer  # noqa: PLC0415

    server = LocalModelServer(LocalModel(folder), name="nonsense")
    runner = web.AppRunner(server.app(), handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
        server.close()


@pytest.fixture
def settings_of(monkeypatch, sample_data):
    def settings(url):
        monkeypatch.setenv("FAQBOT_DATA_DIR", str(sample_data))
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("FAQBOT_MODEL", "nonsense")
        # The slowest machine shall not turn nonsense into a time-out.
        monkeypatch.setenv("FAQBOT_MODEL_PATIENCE_S", "600")
        return read_settings()

    return settings


async def asked(assistant, text):
    question = Question(text, SessionId("test"), text, asker="u1")
    events = [event async for event in assistant.answer(question)]
    return "".join(event.text for event in events if isinstance(event, Delta)), events[-1]


async def test_people_get_the_faqs_own_text_in_place_of_nonsense(folder, settings_of):
    """None of it is shown, as nobody can read it; the local guardrail decides."""
    async with served(folder) as url, open_forgetful(settings_of(url)) as assistant:
        profile = profile_of(settings_of(url))
        shown, answered = await asked(assistant, MINOR)
        _, declined = await asked(assistant, "오늘 저녁에 뭐 먹을까?")
    assert isinstance(answered, Answered)
    assert shown.startswith(profile.model.down)
    assert "법정대리인" in shown
    assert answered.sources[0].title == MINOR
    assert isinstance(declined, Declined)


async def test_the_doctor_says_that_such_a_model_is_no_good(folder, settings_of):
    async with served(folder) as url:
        checks = await asyncio.to_thread(check_models, settings_of(url))
    assert [(c.name, c.mark) for c in checks[:2]] == [("answers", FAIL), ("readings", FAIL)]
