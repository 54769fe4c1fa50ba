"""From a question on Discord without an answer to its lesson's answer elsewhere: the real parts."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from fakes.discord_bot import answers_in

from bots.bootstrap.assistant import open_service
from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.stores import open_stores
from bots.discord.platform import open_discord
from config.resources import SAMPLE_FAQ
from config.settings import Settings, read_settings

ASKED = "물류센터 견학은 언제 가능한가요?"
OTHERWISE = "물류 센터를 견학하고 싶은데 언제 되나요"
TOLD = "매주 수요일 오후 2시에 할 수 있어요. 하루 전까지 신청해 주세요."


@pytest.fixture
def settings(tmp_path):
    """The sample FAQ, really ingested."""
    chosen = read_settings().model_copy(update={"data_dir": tmp_path})
    run_ingest(chosen, SAMPLE_FAQ, questions=None, use_packs=True, progress=lambda *_: None)
    return chosen


async def test_what_an_owner_replies_answers_the_next_person_in_other_words(
    fake, settings, profile
):
    """And names who taught it; forgotten when the reply is deleted."""
    owner, other = await fake.create_user("김담당"), await fake.create_user("나래")
    channel, elsewhere = fake.guild.channels[0], await fake.create_channel("다른-곳")
    on_discord = _on_discord(fake, settings, owner)
    async with (
        open_stores(settings) as stores,
        open_service(on_discord, stores, profile, report=lambda _: None) as service,
        open_discord(on_discord, service, profile) as discord,
        _running(service.run(), discord.run(), service.keep_cases(_alone)),
    ):
        await fake.until(lambda: fake.online)
        asked = await fake.say(channel, ASKED, mention_bot=True)
        (call,) = await fake.until(lambda: fake.pings, 20)
        assert call.pinged.users == (owner.id,)
        taught = await fake.say(asked.thread, f"#학습 {TOLD}", user=owner, reply_to=call)
        await fake.until(lambda: "✅" in taught.reactions)
        again = await fake.say(elsewhere, OTHERWISE, user=other, mention_bot=True)
        answer = await _ended(fake, again)
        assert TOLD.split(".", maxsplit=1)[0] in answer.content
        assert "김담당 님이 알려 준 내용" in answer.content
        assert len(fake.pings) == 1
        await fake.delete(taught)
        said = answers_in(fake, asked.thread)
        await fake.until(lambda: answers_in(fake, asked.thread)[-1] not in said)
        third = await fake.say(elsewhere, OTHERWISE, user=other, mention_bot=True)
        await _ended(fake, third)
        # Its case is open again: the owner is called where it was asked first, and once.
        await fake.until(lambda: len(fake.pings) == 2)
        assert fake.pings[-1].channel is asked.thread


def _on_discord(fake, settings, owner):
    """The settings of the index, with those of the local Discord."""
    local = {"DISCORD_API_URL": fake.url, "DISCORD_GATEWAY_URL": fake.gateway_url}
    local |= {"DISCORD_BOT_TOKEN": fake.settings.token, "DISCORD_OWNERS": str(owner.id)}
    return Settings(_env_file=None, data_dir=settings.data_dir, **local)


async def _alone():
    return True


@asynccontextmanager
async def _running(*work):
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ended(fake, asked):
    """The answer in the thread of a question, when it has its buttons."""
    thread = await fake.until(lambda: asked.thread, 20)

    def ended():
        said = answers_in(fake, thread)
        kinds = {b["custom_id"].split(":")[0] for b in said[0].buttons} if said else set()
        return said[0] if kinds - {"stop"} else None

    return await fake.until(ended, 20)
