"""What every chat platform's adapter must do, on that platform's local server.

An adapter's test file imports everything from here and defines the fixture `driver`, which plays
the people there. Everything below is told in people's words: an `Asked` is a question that somebody
wrote, and what is shown is what people see of the answer, in the order in which it stands there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Protocol

from fakes.assistants import FOLLOWUPS, ScriptedAssistant, answered

from core.types import Delta, File

Asked = Any  # what the driver remembers of a question: a message and its conversation


class Bot(Protocol):
    """The adapter, running with a real desk and store."""

    assistant: ScriptedAssistant


class Driver(Protocol):
    """The people on a platform, and what they see."""

    longest: int
    """The most characters that a message of an answer may have, as `length` counts them."""

    def running(self, **settings: object) -> AbstractAsyncContextManager[Bot]:
        """The bot, connected; entered again, it has been restarted on the same store."""
        ...

    async def ask(self, text: str) -> Asked:
        """Mention the bot in a channel, in a conversation of its own."""
        ...

    async def go_on(self, asked: Asked, text: str) -> Asked:
        """Write into the conversation that a question has begun, without a mention."""
        ...

    async def say_as_bot(self, asked: Asked, text: str) -> None:
        """A message of the bot's own user in a conversation, that mentions the bot itself."""
        ...

    async def redeliver(self, asked: Asked) -> None:
        """The platform delivers the question once more."""
        ...

    async def edit(self, asked: Asked, text: str) -> None: ...

    async def delete(self, asked: Asked) -> None: ...

    async def press(self, asked: Asked, label: str) -> None:
        """Press the button that has this label, on whichever message of the conversation.

        Raises:
            LookupError: there is none.
        """
        ...

    def shown(self, asked: Asked) -> list[str]:
        """The texts of the bot's messages in the conversation, oldest first."""
        ...

    def buttons(self, asked: Asked) -> list[str]:
        """The labels of all buttons in the conversation that can be pressed."""
        ...

    def files(self, asked: Asked) -> list[tuple[str, str]]:
        """Names and contents of what the bot has attached in the conversation, oldest first."""
        ...

    def pings(self) -> list[Any]:
        """Messages of the bot that have notified anybody."""
        ...

    def length(self, text: str) -> int: ...

    def round_trip(self, session: str) -> str:
        """A session id, decoded and encoded again."""
        ...

    async def until(self, true: Callable[[], Any]) -> Any:
        """What `true` returns, once it is truthy."""
        ...


async def answer_to(driver: Driver, asked: Asked, begins: str) -> list[str]:
    """What is shown, once one of the messages begins so."""
    return await driver.until(
        lambda: _if_any(driver.shown(asked), lambda text: text.startswith(begins))
    )


def _if_any(texts: list[str], true: Callable[[str], bool]) -> list[str]:
    return texts if any(map(true, texts)) else []


async def test_a_conversation_is_one_session_and_its_id_can_be_read_back(driver):
    async with driver.running() as bot:
        first = await driver.ask("첫 질문")
        await answer_to(driver, first, "답: 첫 질문")
        await driver.go_on(first, "이어지는 질문")
        other = await driver.ask("다른 질문")
        await answer_to(driver, first, "답: 이어지는 질문")
        await answer_to(driver, other, "답: 다른 질문")
        sessions = {question.text: question.session for question in bot.assistant.asked}
        assert sessions["첫 질문"] == sessions["이어지는 질문"] != sessions["다른 질문"]
        for session in sessions.values():
            assert driver.round_trip(session) == session


async def test_it_does_not_answer_itself(driver):
    async with driver.running() as bot:
        asked = await driver.ask("질문")
        await answer_to(driver, asked, "답: 질문")
        await driver.say_as_bot(asked, "제가 저에게 묻습니다")
        await driver.go_on(asked, "다음 질문")  # after it, so that it has been heard
        await answer_to(driver, asked, "답: 다음 질문")
        assert [question.text for question in bot.assistant.asked] == ["질문", "다음 질문"]


async def test_what_is_delivered_twice_is_one_question(driver):
    async with driver.running() as bot:
        asked = await driver.ask("질문")
        await driver.redeliver(asked)
        await answer_to(driver, asked, "답: 질문")
        await driver.redeliver(asked)
        await driver.go_on(asked, "다음 질문")
        await answer_to(driver, asked, "답: 다음 질문")
        assert [question.text for question in bot.assistant.asked] == ["질문", "다음 질문"]


async def test_a_follow_up_is_asked_in_the_same_session_and_once(driver):
    async with driver.running() as bot:
        asked = await driver.ask("질문")
        await answer_to(driver, asked, "답: 질문")
        await driver.until(lambda: FOLLOWUPS[0] in driver.buttons(asked))
        await driver.press(asked, FOLLOWUPS[0])
        await driver.until(
            lambda: _if_any(driver.shown(asked), lambda t: f"답: {FOLLOWUPS[0]}" in t)
        )
        await driver.until(lambda: FOLLOWUPS[0] not in driver.buttons(asked)[:2])
        assert [question.text for question in bot.assistant.asked] == ["질문", FOLLOWUPS[0]]
        assert len({question.session for question in bot.assistant.asked}) == 1


async def test_two_presses_are_one_question(driver):
    async with driver.running() as bot:
        more = asyncio.Event()
        asked = await driver.ask("질문")
        await driver.until(lambda: FOLLOWUPS[0] in driver.buttons(asked))
        bot.assistant.script(FOLLOWUPS[0], more, answered("한 번만 답합니다.", ()))
        await asyncio.gather(driver.press(asked, FOLLOWUPS[0]), driver.press(asked, FOLLOWUPS[0]))
        await driver.until(lambda: len(bot.assistant.asked) == 2)
        more.set()
        await driver.go_on(asked, "다음 질문")
        await answer_to(driver, asked, "답: 다음 질문")
        texts = [question.text for question in bot.assistant.asked]
        assert texts == ["질문", FOLLOWUPS[0], "다음 질문"]


async def test_buttons_work_after_a_restart(driver):
    async with driver.running():
        asked = await driver.ask("질문")
        await driver.until(lambda: FOLLOWUPS[1] in driver.buttons(asked))
    async with driver.running() as bot:
        await driver.press(asked, FOLLOWUPS[1])
        await driver.until(
            lambda: _if_any(driver.shown(asked), lambda t: f"답: {FOLLOWUPS[1]}" in t)
        )
        assert [question.text for question in bot.assistant.asked] == [FOLLOWUPS[1]]


async def test_an_edited_question_is_answered_anew_in_the_same_messages(driver):
    async with driver.running():
        asked = await driver.ask("정산이 언재")
        await answer_to(driver, asked, "답: 정산이 언재")
        await driver.edit(asked, "정산은 언제 되나요?")
        shown = await answer_to(driver, asked, "답: 정산은 언제 되나요?")
        assert len(shown) == 1


async def test_a_question_that_is_edited_while_it_is_answered_is_answered_as_it_is_now(driver):
    async with driver.running() as bot:
        never = asyncio.Event()
        bot.assistant.script("틀린 질문", Delta("틀린 질문에 대한 답을 쓰고 있습니다. "), never)
        asked = await driver.ask("틀린 질문")
        await answer_to(driver, asked, "틀린 질문에 대한")
        await driver.edit(asked, "바른 질문")
        shown = await answer_to(driver, asked, "답: 바른 질문")
        assert len(shown) == 1


async def test_with_its_question_an_answer_is_deleted(driver):
    async with driver.running():
        asked = await driver.ask("지울 질문")
        await answer_to(driver, asked, "답: 지울 질문")
        await driver.delete(asked)
        await driver.until(lambda: not driver.shown(asked))


async def test_a_question_that_is_deleted_while_it_is_answered_leaves_nothing(driver):
    async with driver.running() as bot:
        never = asyncio.Event()
        bot.assistant.script("질문", Delta("이 답은 끝나지 않을 것입니다. 정말로. "), never)
        asked = await driver.ask("질문")
        await answer_to(driver, asked, "이 답은 끝나지")
        await driver.delete(asked)
        await driver.until(lambda: not driver.shown(asked))


async def test_stop_ends_an_answer_where_it_is(driver, profile):
    async with driver.running() as bot:
        never = asyncio.Event()
        bot.assistant.script("질문", Delta("여기까지는 쓰였습니다. 이제 그만. "), never)
        asked = await driver.ask("질문")
        await answer_to(driver, asked, "여기까지는")
        await driver.press(asked, profile.stop)
        shown = await driver.until(
            lambda: _if_any(driver.shown(asked), lambda text: profile.stopped in text)
        )
        assert len(shown) == 1
        assert shown[0].startswith("여기까지는 쓰였습니다.")
        assert profile.stop not in driver.buttons(asked)


async def test_a_long_answer_is_split_where_the_platform_needs_it(driver):
    """As long as the longest of real FAQs twice, with a table and code that go over messages."""
    lines = [f"{number}번째 줄입니다. 정산과 배송을 확인해 주세요." for number in range(400)]
    cells = [(f"상품 {number}번", f"{number}0,900원") for number in range(120)]
    table = "\n".join(f"| {name} | {price} |" for name, price in cells)
    code = "```\n" + "\n".join(lines[200:]) + "\n```"
    text = "\n\n".join(
        ["\n".join(lines[:200]), f"| 이름 | 값 |\n| --- | --- |\n{table}", code, "끝."]
    )
    async with driver.running() as bot:
        bot.assistant.script("질문", answered(text))
        asked = await driver.ask("질문")
        shown = await driver.until(lambda: _if_any(driver.shown(asked), lambda text: "끝." in text))
        joined = "\n".join(shown)
        said = [*lines[:200], *(cell for row in cells for cell in row), *lines[200:], "끝."]
        at = 0
        for one in said:  # all of it, in its order
            at = joined.index(one, at)
        assert (len(shown) > 1) == (len(text) > driver.longest)
        for part in shown:
            assert driver.length(part) <= driver.longest
            assert part.count("```") % 2 == 0


async def test_nobody_is_called_by_an_answer(driver):
    harm = "@everyone @here <!channel> <!here> <@U012AB3CD> <@123456789012345678> <@&12345678901>"
    async with driver.running() as bot:
        bot.assistant.script("질문", Delta(f"{harm} 조심하세요. "), answered(f"{harm} 조심하세요."))
        asked = await driver.ask("질문")
        await driver.until(lambda: _if_any(driver.shown(asked), lambda text: "조심하세요" in text))
        await driver.until(lambda: FOLLOWUPS[0] in driver.buttons(asked))
        assert driver.pings() == []


async def test_a_file_comes_with_its_answer_and_is_what_was_sent(driver):
    text = "상품,개수\r\n한라봉,3\r\n"
    async with driver.running() as bot:
        ending = replace(answered("여기 있어요."), files=(File("sales.csv", "text/csv", text),))
        bot.assistant.script("질문", ending)
        asked = await driver.ask("질문")
        await answer_to(driver, asked, "여기 있어요.")
        assert await driver.until(lambda: driver.files(asked)) == [("sales.csv", text)]
