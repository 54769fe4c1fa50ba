"""The sources of an answer open for whoever presses, laid out by Discord's components."""

import pytest
from fakes.discord_bot import answers_in, running_bot

from bots.discord.render.source_layout import source_layouts
from core.text.safety.sanitize import Cleaner
from core.types import Passage
from devtools.discord.api.checks import check_message
from devtools.discord.world.model import COMPONENTS_V2, walk

CLEANER = Cleaner(["shop.example"], instead="(링크 생략)")


async def answer_to(fake, channel, kind="open:"):
    asked = await fake.say(channel, "배송비는요?", mention_bot=True)
    thread = await fake.until(lambda: asked.thread)

    def found():
        has = [
            one
            for one in answers_in(fake, thread)
            if any(button["custom_id"].startswith(kind) for button in one.buttons)
        ]
        return has[0] if has else None

    return await fake.until(found)


def said_in(message):
    return "\n".join(part["content"] for part in walk(message.components) if "content" in part)


async def test_the_entry_opens_for_whoever_presses_alone(fake, tmp_path, profile):
    other = await fake.create_user("나래")
    async with running_bot(fake, tmp_path, profile):
        answer = await answer_to(fake, fake.guild.channels[0])
        pressed = await fake.press(answer, profile.source_details, user=other)
        (shown,) = await fake.until(lambda: pressed.messages)
        assert shown.only_for is other
        assert shown.flags & COMPONENTS_V2
        assert "### [1]" in said_in(shown)
        assert not shown.content


async def test_what_is_not_kept_any_more_is_said(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        answer = await answer_to(fake, fake.guild.channels[0])
        await bot.stores.archive.forget(bot.assistant.asked[0].asker)
        pressed = await fake.press(answer, profile.source_details)
        (told,) = await fake.until(lambda: pressed.messages)
        assert told.content == profile.stale_button


@pytest.mark.parametrize(
    "passages",
    [
        [Passage("1", "반품 배송비", "3,000원입니다.", 1.0, url="https://shop.example/1")],
        [Passage("1", "가" * 300, "**굵게** @everyone <@1> `코드`\n\n" * 400, 1.0)] * 3,
        [Passage(str(n), "제목", "", 1.0) for n in range(10)],
    ],
)
def test_whatever_the_entries_are_discord_takes_the_messages(passages, profile):
    layouts = source_layouts(passages, profile, CLEANER)
    assert 1 <= len(layouts) <= 5
    for layout in layouts:
        components = layout.to_components()
        check_message({"flags": COMPONENTS_V2, "components": components})
        assert "@everyone" not in str(components)
        assert "<@1>" not in str(components)


def test_an_address_is_a_button_that_opens_it(profile):
    passage = Passage("1", "반품 배송비", "3,000원입니다.", 1.0, url="https://shop.example/1")
    (layout,) = source_layouts([passage], profile, CLEANER)
    links = [part["url"] for part in walk(layout.to_components()) if "url" in part]
    assert links == ["https://shop.example/1"]
