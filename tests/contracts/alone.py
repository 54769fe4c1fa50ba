"""What a platform's adapter must do where a person is alone with the bot: all is said to it.

An adapter's test file imports everything from here, beside `contracts.platform`. On Slack and
Discord these places are the direct messages; on the page and on the smallest platform there are no
others, so nothing of `contracts.manners` could be tried there.
"""

from __future__ import annotations

from typing import Any, Protocol

from contracts.platform import Driver


class Alone(Driver, Protocol):
    """A person who is alone with the bot."""

    async def say_directly(self, text: str) -> Any:
        """Say something to the bot, as it is typed."""
        ...

    async def edit_directly(self, said: Any, text: str) -> None:
        """Edit what was said so."""
        ...

    def told_directly(self) -> list[str]:
        """All that the bot has said there, oldest first."""
        ...


TALK = ("저는 점심 먹고 올게요", "정산 공지를 올렸습니다", "ㅎㅎㅎ", "감사합니다!")


async def told(driver, text):
    return await driver.until(lambda: [one for one in driver.told_directly() if text in one])


async def test_alone_with_the_bot_all_that_is_said_is_for_it(driver):
    async with driver.running() as bot:
        bot.assistant.talk |= set(TALK)
        for text in TALK:
            await driver.say_directly(text)
            await told(driver, f"답: {text}")
        assert [asked.text for asked in bot.assistant.asked] == list(TALK)


async def test_alone_with_the_bot_an_edit_that_asks_nothing_is_answered_anew(driver):
    async with driver.running() as bot:
        bot.assistant.talk.add("찾았습니다, 됐어요")
        said = await driver.say_directly("정산은 언제 되나요?")
        await told(driver, "답: 정산은")
        await driver.edit_directly(said, "찾았습니다, 됐어요")
        await told(driver, "답: 찾았습니다")
        assert not [one for one in driver.told_directly() if "답: 정산은" in one]
