"""App Home: what it shows, and what its buttons ask."""

import pytest

from bots.slack.interactions.home import home_view
from core.errors import StorageError
from core.messaging.user_limits import UserLimits
from core.types import Question, SessionId, Turn, TurnState
from devtools.slack import labels, visible
from devtools.slack.api.checks import view_problems


@pytest.fixture
async def minsu(slack):
    return slack.add_person("민수")


def shown(person):
    """The home as text."""
    return str(person.home.payload["blocks"]) if person.home else ""


async def test_the_first_visit(slack, bot, minsu, profile):
    await minsu.open_home()
    await slack.until(lambda: minsu.home)
    for text in (profile.name, profile.home.about, profile.home.nothing_yet, *profile.examples):
        assert text in shown(minsu)


async def test_a_press_asks_in_the_direct_messages_and_says_so(slack, bot, minsu, profile):
    """The question is quoted there, since nobody has typed it."""
    await minsu.open_home()
    await slack.until(lambda: minsu.home)
    question = profile.examples[1]
    await minsu.press(minsu.home, question)
    (answer,) = await slack.until(lambda: slack.messages(minsu.dm))
    await slack.until(lambda: profile.helpful in labels(answer))
    assert question in visible(answer)
    await slack.until(lambda: profile.home.open in shown(minsu))
    assert profile.home.asked.format(question=question) in shown(minsu)
    assert "tab=messages" in shown(minsu)
    (turn,) = await bot.asked_by(minsu.id, 5)
    assert turn.question.session == f"slack:{slack.team.id}:{minsu.dm.id}:"


async def test_a_question_is_stored_before_the_press_is_acknowledged(
    slack, stores, make_service, connect, minsu, profile
):
    async with connect(make_service(), working=False):
        await minsu.open_home()
        await slack.until(lambda: minsu.home)
        await minsu.press(minsu.home, profile.examples[0])
        assert (await stores.inbox.claim(lease_s=0.0)).question.text == profile.examples[0]


async def test_ones_own_recent_questions_with_when(slack, bot, minsu, profile):
    jiho = slack.add_person("지호")
    for person, text in ((minsu, "정산은 언제 되나요?"), (jiho, "정산 계좌를 변경하고 싶어요.")):
        await person.command("/faq", text)
        await slack.until(lambda person=person: person.ephemerals())
    await minsu.open_home()
    await slack.until(lambda: "<!date^" in shown(minsu))
    assert "정산은 언제 되나요?" in shown(minsu)
    assert "정산 계좌를 변경하고 싶어요." not in shown(minsu)
    assert profile.home.nothing_yet not in shown(minsu)


async def test_a_recent_question_opens_what_was_answered_to_its_asker_alone(
    slack, bot, minsu, profile
):
    jiho = slack.add_person("지호")
    await minsu.command("/faq", "정산은 언제 되나요?")
    await slack.until(lambda: any(map(labels, minsu.ephemerals())), timeout_s=30)
    await minsu.open_home()
    await slack.until(lambda: "home_open_0" in shown(minsu))
    await minsu.press(minsu.home, "home_open_0")
    await jiho.press(minsu.home, "home_open_0")
    assert "다음 영업일" in visible(await slack.until(lambda: minsu.modal))
    assert visible(await slack.until(lambda: jiho.modal)).strip().endswith(profile.stale_button)


async def test_who_asks_too_much_is_told(slack, make_service, connect, minsu, profile):
    async with connect(make_service(limits=UserLimits(per_minute=1, per_day=0))):
        await minsu.open_home()
        await slack.until(lambda: minsu.home)
        await minsu.press(minsu.home, "home_ask_0")
        await minsu.press(minsu.home, "home_ask_1")
        await slack.until(lambda: profile.limited in shown(minsu))


async def test_the_home_is_there_without_the_history(slack, bot, minsu, profile, monkeypatch):
    async def refuse(person, limit):
        raise StorageError("the disk is full")

    monkeypatch.setattr(bot, "asked_by", refuse)
    await minsu.open_home()
    await slack.until(lambda: profile.home.about in shown(minsu))


async def test_the_messages_tab_needs_no_home(slack, bot, minsu):
    event = {"type": "app_home_opened", "user": minsu.id, "channel": minsu.dm.id, "tab": "messages"}
    delivery = slack.world.emit(slack.team, "app_home_opened", event)
    await slack.until(lambda: delivery.acked_at)
    assert slack.calls("views.publish") == []


def test_a_home_is_within_slacks_limits_whatever_was_asked(profile):
    """100 blocks; and what a person wrote is shown as it is, calls nobody and links nowhere."""
    long = "<!channel> *정산* <https://evil.example|여기> " + "아" * 5_000
    question = Question("slack:1", SessionId("slack:T1:D1:"), long, "U1")
    turns = [Turn(question, TurnState.ANSWERED, "답")] * 50
    view = home_view(profile, turns, channel="D1", notice="알림")
    assert view_problems(view) == []
    texts = [block["text"] for block in view["blocks"] if long[:5] in str(block)]
    assert texts
    assert {text["type"] for text in texts} == {"plain_text"}
