"""What a chat platform's adapter must do where people talk to each other, too.

An adapter's test file imports everything from here, beside `contracts.platform`. Its driver plays
two people, and `bot` is what a message mentions the bot by. What the assistant would not answer
with confidence is in its `talk`. Where everybody is alone with the bot, as on the page, there is
`contracts.alone` instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from contracts.platform import Driver, answer_to


class Talkers(Driver, Protocol):
    """The people on a platform where they are not alone with the bot."""

    bot: str

    async def say(self, text: str) -> Any:
        """Say something in a channel, as it is typed, to begin with."""
        ...

    async def join(self, asked: Any, text: str) -> None:
        """Somebody else says something in a conversation, without a mention."""
        ...

    async def call_below(self, asked: Any, text: str) -> Any:
        """Mention the bot below a message: in its thread, or in a reply to it."""
        ...

    async def take_back(self, asked: Any, text: str) -> None:
        """Whoever asked edits the message so that it says this, without a mention."""
        ...

    async def say_of_other(self, asked: Any, before: str, after: str) -> None:
        """Whoever asked says something in the conversation that names the other person."""
        ...

    def reactions_to(self, text: str) -> int:
        """How many reactions of the bot's there are to what somebody has said."""
        ...


async def heard(driver: Talkers, bot: Any) -> list[str]:
    """All that was asked, once nothing of before can follow."""
    last = await driver.ask("마지막 질문")
    await answer_to(driver, last, "답: 마지막 질문")
    return [asked.text for asked in bot.assistant.asked if asked.text != "마지막 질문"]


async def begun(driver: Talkers, text: str = "첫 질문") -> Any:
    """A conversation with one answer."""
    asked = await driver.ask(text)
    await answer_to(driver, asked, f"답: {text}")
    return asked


async def test_whoever_asked_goes_on_without_a_mention_and_talk_is_left_alone(driver):
    async with driver.running() as bot:
        bot.assistant.talk.add("오후에 회의 있죠?")
        asked = await begun(driver)
        await driver.go_on(asked, "오후에 회의 있죠?")
        await driver.go_on(asked, "ㅎㅎㅎ")
        await driver.go_on(asked, "https://shop.example/notice")
        await driver.go_on(asked, "!skip 다음 노래")
        await driver.go_on(asked, "이어지는 질문")
        await answer_to(driver, asked, "답: 이어지는 질문")
        assert len(driver.shown(asked)) == 2
        assert await heard(driver, bot) == ["첫 질문", "이어지는 질문"]


@pytest.mark.parametrize(("threads", "heard_too"), [("asker", ["덜 분명한 질문"]), ("all", [])])
async def test_what_it_is_less_sure_of_is_answered_where_the_asker_is_alone_with_it(
    driver, threads, heard_too
):
    async with driver.running(threads=threads) as bot:
        bot.assistant.doubted.add("덜 분명한 질문")
        asked = await begun(driver)
        await driver.go_on(asked, "덜 분명한 질문")
        for text in heard_too:
            await answer_to(driver, asked, f"답: {text}")
        assert await heard(driver, bot) == ["첫 질문", *heard_too]


async def test_thanks_get_a_reaction_and_no_answer(driver):
    async with driver.running() as bot:
        bot.assistant.talk |= {"네, 정말 감사합니다!", "고마워요 ㅎㅎ"}
        asked = await begun(driver)
        await driver.go_on(asked, "네, 정말 감사합니다!")
        await driver.until(lambda: driver.reactions_to("네, 정말 감사합니다!") == 1)
        await driver.join(asked, "저도 그게 궁금했어요")
        await driver.go_on(asked, "고마워요 ㅎㅎ")
        assert await heard(driver, bot) == ["첫 질문"]
        assert driver.reactions_to("고마워요 ㅎㅎ") == 0  # it may be for a colleague


async def test_once_somebody_else_has_joined_in_only_mentions_count(driver):
    async with driver.running() as bot:
        asked = await begun(driver)
        await driver.join(asked, "저도 그게 궁금했어요")
        await driver.go_on(asked, "그쵸? 저만 모르나 했어요")
        await driver.call_below(asked, "그럼 반품은요?")
        await answer_to(driver, asked, "답: 그럼 반품은요?")
        assert await heard(driver, bot) == ["첫 질문", "그럼 반품은요?"]


async def test_that_somebody_else_has_joined_in_is_known_after_a_restart(driver):
    async with driver.running() as bot:
        asked = await begun(driver)
        await driver.join(asked, "저도 그게 궁금했어요")
        await heard(driver, bot)
    async with driver.running() as bot:
        await driver.go_on(asked, "그쵸? 저만 모르나 했어요")
        assert await heard(driver, bot) == []


async def test_where_nobody_but_who_mentions_it_counts_it_waits_to_be_called(driver):
    async with driver.running(threads="mention") as bot:
        asked = await begun(driver)
        await driver.go_on(asked, "이어지는 질문")
        assert await heard(driver, bot) == ["첫 질문"]


async def test_where_everybody_counts_others_are_answered_too(driver):
    async with driver.running(threads="all") as bot:
        bot.assistant.talk.add("저는 점심 먹고 올게요")
        asked = await begun(driver)
        await driver.join(asked, "저는 점심 먹고 올게요")
        await driver.join(asked, "반품은 어떻게 하나요?")
        await answer_to(driver, asked, "답: 반품은 어떻게")
        assert await heard(driver, bot) == ["첫 질문", "반품은 어떻게 하나요?"]


@pytest.mark.parametrize(
    "typed",
    [
        "{bot}님 수수료는 얼마인가요?",
        "{bot}님, 수수료는 얼마인가요?",
        "{bot} 님， 수수료는 얼마인가요?",
        "{bot}아 수수료는 얼마인가요?",
        "{bot}님. 수수료는 얼마인가요?",
        "{bot}… 수수료는 얼마인가요?",
        "{bot} - 수수료는 얼마인가요?",
        "hey {bot}, 수수료는 얼마인가요?",
        "수수료는 얼마인가요? {bot}님",
        "@faqbot 수수료는 얼마인가요?",  # typed, and not chosen from the list
        "@FAQbot님, 수수료는 얼마인가요?",
    ],
)
async def test_what_sticks_to_a_mention_is_no_part_of_the_question(driver, typed):
    async with driver.running() as bot:
        await driver.say(typed.format(bot=driver.bot))
        await driver.until(lambda: bot.assistant.asked)
        assert [asked.text for asked in bot.assistant.asked] == ["수수료는 얼마인가요?"]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("수고 많으세요 {bot}, 교환은 며칠 걸려요?", "수고 많으세요 교환은 며칠 걸려요?"),
        ("교환은 {bot} 며칠 걸려요?", "교환은 며칠 걸려요?"),
        ("교환은 며칠 걸려요 {bot} ?", "교환은 며칠 걸려요 ?"),
        ("교환은 며칠 걸려요?\n\n{bot}", "교환은 며칠 걸려요?"),
        ("{bot} 교환은 며칠 걸려요? {bot}", "교환은 며칠 걸려요?"),
        ("*{bot}* 교환은 며칠 걸려요?", "교환은 며칠 걸려요?"),
    ],
)
async def test_a_mention_may_stand_anywhere_in_the_question(driver, typed, asked):
    async with driver.running() as bot:
        await driver.say(typed.format(bot=driver.bot))
        await driver.until(lambda: bot.assistant.asked)
        assert [" ".join(one.text.split()) for one in bot.assistant.asked] == [asked]


@pytest.mark.parametrize("typed", ["", "☝️", "https://shop.example/notice"])
async def test_a_mention_without_words_below_a_question_asks_that(driver, typed):
    async with driver.running() as bot:
        said = await driver.say("수수료는 얼마인가요?")
        await driver.call_below(said, typed)
        await driver.until(lambda: bot.assistant.asked)
        assert bot.assistant.asked[0].text.startswith("수수료는 얼마인가요?")


async def test_a_mention_in_a_message_of_its_own_asks_what_was_said_a_moment_before(driver):
    """People forget the mention, and send it after their question."""
    async with driver.running() as bot:
        bot.assistant.talk |= {"이거 답 좀", "견학은 언제 가능한가요?"}
        await driver.say("수수료는 얼마인가요?")
        await driver.say("급해요")
        await driver.say(driver.bot)
        await driver.until(lambda: bot.assistant.asked)
        await driver.say(f"{driver.bot} 이거 답 좀")
        await driver.until(lambda: len(bot.assistant.asked) == 2)
        await driver.say(f"{driver.bot} 견학은 언제 가능한가요?")  # it points to nothing
        await driver.until(lambda: len(bot.assistant.asked) == 3)
        bot.assistant.talk.add("다들 점심 뭐 먹어요?")
        await driver.say("다들 점심 뭐 먹어요?")
        await driver.say(driver.bot)  # that is for colleagues, and hides what was said before
        both = "수수료는 얼마인가요?\n이거 답 좀"
        heard_all = ["수수료는 얼마인가요?", both, "견학은 언제 가능한가요?"]
        assert await heard(driver, bot) == heard_all


async def test_a_mention_with_emoji_or_links_alone_asks_nothing(driver):
    async with driver.running() as bot:
        for typed in ("👋🏽", ":wave:", "https://shop.example/notice", "?"):
            await driver.say(f"{driver.bot} {typed}")
        assert await heard(driver, bot) == []


@dataclass(frozen=True)
class Containing:
    """What the assistant would not answer: every text with one of these words."""

    words: tuple[str, ...]

    def __contains__(self, text: str) -> bool:
        return any(word in text for word in self.words)


async def test_whoever_tells_a_colleague_of_the_bot_is_not_interrupted(driver):
    async with driver.running() as bot:
        asked = await begun(driver)
        bot.assistant.talk = Containing(("올렸습니다", "물어보시면 됩니다"))
        await driver.say(f"정산 공지를 올렸습니다. cc {driver.bot}")
        await driver.say_of_other(asked, f"정산 공지를 올렸습니다. cc {driver.bot} ", "")
        told = f" 님, 그런 건 {driver.bot}한테 물어보시면 됩니다"
        await driver.say_of_other(asked, "", told)
        await driver.say_of_other(asked, "", f" 님 {driver.bot} 교환은 며칠 걸려요?")
        await driver.until(lambda: len(bot.assistant.asked) == 2)
        assert len(await heard(driver, bot)) == 2


async def test_a_bare_mention_asks_what_somebody_else_has_asked_last(driver):
    async with driver.running() as bot:
        asked = await begun(driver)
        await driver.join(asked, "저는 다른 건데요")
        await driver.join(asked, "교환은 며칠 걸려요?")
        await driver.call_below(asked, "")
        await answer_to(driver, asked, "답: 교환은 며칠")
        assert await heard(driver, bot) == ["첫 질문", "교환은 며칠 걸려요?"]


async def test_words_that_point_to_what_a_colleague_has_just_asked_ask_that(driver):
    async with driver.running() as bot:
        bot.assistant.talk.add("이거는요?")
        asked = await begun(driver)
        await driver.call_below(asked, "이거는요?")
        await answer_to(driver, asked, "답: 이거는요?")  # it refers to the conversation
        await driver.join(asked, "교환은 며칠 걸려요?")
        await driver.call_below(asked, "이거는요?")
        await driver.until(lambda: len(bot.assistant.asked) == 3)
        assert bot.assistant.asked[2].text == "교환은 며칠 걸려요?\n이거는요?"


async def test_words_that_ask_nothing_of_the_faq_ask_the_question_above(driver):
    async with driver.running() as bot:
        bot.assistant.talk.add("얘 좀 도와줄래?")
        said = await driver.say("교환은 며칠 걸려요?")
        await driver.call_below(said, "얘 좀 도와줄래?")
        await driver.until(lambda: bot.assistant.asked)
        assert bot.assistant.asked[0].text == "교환은 며칠 걸려요?\n얘 좀 도와줄래?"
        said = await driver.say("배송비는 얼마예요?")
        await driver.call_below(said, "교환 신청서는 어디서 받나요?")
        await driver.until(lambda: len(bot.assistant.asked) == 2)
        assert bot.assistant.asked[1].text == "교환 신청서는 어디서 받나요?"


async def test_an_edit_that_makes_talk_of_a_question_takes_the_answer_away(driver):
    async with driver.running() as bot:
        bot.assistant.talk.add("찾았습니다, 됐어요")
        asked = await begun(driver)
        await driver.take_back(asked, "찾았습니다, 됐어요")
        await driver.until(lambda: not driver.shown(asked))
        assert await heard(driver, bot) == ["첫 질문"]


async def test_whoever_is_quoted_or_named_is_not_spoken_to(driver):
    async with driver.running() as bot:
        asked = await begun(driver)
        await driver.say_of_other(asked, "> ", " 다음 주라던데요\n이 말이 맞나요?")
        await driver.until(lambda: len(bot.assistant.asked) == 2)
        await driver.say_of_other(asked, "", " 님이 말한 빠른정산이 뭐예요?")
        await driver.until(lambda: len(bot.assistant.asked) == 3)
        await driver.say_of_other(asked, "", " 님, 이거 보셨어요?")
        assert len(await heard(driver, bot)) == 3


async def test_a_mention_in_a_quoted_line_or_in_code_calls_nobody(driver):
    async with driver.running() as bot:
        await driver.say(f"> {driver.bot} 교환은요?\n이렇게 물어보시면 돼요")
        await driver.say(f"`{driver.bot} 교환은요?` 라고 쓰세요")
        await driver.say(f"```\n{driver.bot} 교환은요?\n```")
        assert await heard(driver, bot) == []


async def test_what_was_talked_while_the_bot_was_away_stays_between_people(driver):
    async with driver.running():
        asked = await begun(driver)
    await driver.join(asked, "이거 제가 볼게요")
    await driver.go_on(asked, "네 고맙습니다")
    async with driver.running() as bot:
        assert await heard(driver, bot) == []
        assert len(driver.shown(asked)) == 1
