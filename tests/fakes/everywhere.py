"""One conversation on Slack, Discord, the page and the command line, with the bot's real parts."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from fakes.command_line import Cli
from fakes.discord_bot import answers_in
from fakes.slack_bot import make_settings
from fakes.web_person import Person

from bots.bootstrap.assistant import open_service
from bots.bootstrap.offers import offered_to_all
from bots.bootstrap.serve import connected
from bots.bootstrap.stores import open_stores, served_entries
from config.profiles import profile_of
from devtools.slack import visible


async def talked_everywhere(data_dir, slack, fake, talk):
    """Hold the conversation on every platform; each message with a part of what must be said.

    The working folder has the profile, as `faqbot init` leaves it.
    """
    settings = make_settings(
        slack,
        data_dir,
        DISCORD_BOT_TOKEN=fake.settings.token,
        DISCORD_API_URL=fake.url,
        DISCORD_GATEWAY_URL=fake.gateway_url,
        web="on",
        web_port=0,
    )
    async with _at_work(settings, slack, fake) as address:
        await asyncio.gather(
            _on_slack(slack, talk), _on_discord(fake, talk), _on_page(address, talk)
        )
    await asyncio.to_thread(_on_the_command_line, data_dir, talk)


@asynccontextmanager
async def _at_work(settings, slack, fake):
    profile = offered_to_all(profile_of(settings), lambda: served_entries(settings))
    async with (
        open_stores(settings) as stores,
        open_service(settings, stores, profile, report=lambda _: None) as service,
        connected(settings, service, profile) as platforms,
    ):
        runs = [service.run(), *(one.run() for one in platforms)]
        tasks = [asyncio.create_task(run) for run in runs]
        try:
            await slack.until(lambda: slack.sockets)
            await fake.until(lambda: fake.online)
            yield next(one.address for one in platforms if one.address)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _on_slack(slack, talk):
    person = slack.add_person("Mina")
    channel = slack.add_channel("help", person)
    (text, said), *others = talk
    root = await person.mention(channel, text)

    async def heard(said):
        return await slack.until(lambda: said in "".join(map(visible, slack.replies(root))))

    await heard(said)
    for text, said in others:
        await person.mention(channel, text, thread=root)
        await heard(said)


async def _on_discord(fake, talk):
    (text, said), *others = talk
    first = await fake.say(fake.guild.channels[0], text, mention_bot=True)
    thread = await fake.until(lambda: first.thread)

    async def heard(said):
        return await fake.until(
            lambda: said in "".join(one.content for one in answers_in(fake, thread))
        )

    await heard(said)
    for text, said in others:
        await fake.say(thread, text, mention_bot=True)
        await heard(said)


async def _on_page(address, talk):
    page = Person(address)
    session = ""
    try:
        for text, said in talk:
            message = await page.ask(text, session)
            session = message.session
            await message.following
            assert said in message.ending["text"], text
    finally:
        await page.close()


def _on_the_command_line(data_dir, talk):
    asked = "".join(f"{text}\n" for text, _ in talk)
    done = Cli(data_dir, Path.cwd())("chat", stdin=asked, FAQBOT_PROFILE="faqbot.toml")
    assert done.stderr == ""
    for _, said in talk:
        assert said in " ".join(done.stdout.split())
