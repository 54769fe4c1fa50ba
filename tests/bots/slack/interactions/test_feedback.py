"""👍 and 👎 below an answer, and the form that asks what was missing."""

import asyncio

import pytest

from core.errors import StorageError
from devtools.slack import labels, visible

QUESTION = "정산은 언제 되나요?"


@pytest.fixture
async def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
async def answer(slack, bot, minsu, profile):
    """An answer in a thread, asked by the shortcut."""
    message = await minsu.say(slack.add_channel("help", minsu), QUESTION)
    await minsu.shortcut(message, "answer_this")
    (reply,) = await slack.until(lambda: slack.replies(message))
    await slack.until(lambda: profile.helpful in labels(reply))
    return reply


@pytest.fixture
def opinions(bot, stores, minsu):
    """What was stored about the one answer."""

    async def stored():
        (turn,) = await bot.asked_by(minsu.id, 5)
        given = await stores.archive.opinions([turn.question.id])
        return [(one.user, one.helpful, one.reason, one.expected) for one in given]

    return stored


def told(person):
    """What the person alone sees."""
    return [visible(message) for message in person.ephemerals()]


async def stored(opinions):
    """The opinions, once there are any: the form is opened first, for its trigger does not last."""
    async with asyncio.timeout(30):
        while not (given := await opinions()):  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.01)
    return given


async def test_a_thumb_up_is_stored_and_thanked_for(slack, minsu, answer, opinions, profile):
    await minsu.press(answer, "feedback:positive")
    (thanks,) = await slack.until(minsu.ephemerals)
    assert visible(thanks) == profile.feedback.thanks
    assert thanks.thread_ts == answer.thread_ts
    assert await opinions() == [(minsu.id, True, "", "")]
    assert minsu.modal is None


async def test_a_thumb_down_is_stored_and_asks_why(slack, minsu, answer, opinions, profile):
    """What is written comes on top of the vote, which counts without it."""
    await minsu.press(answer, "feedback:negative")
    form = await slack.until(lambda: minsu.modal)
    assert await stored(opinions) == [(minsu.id, False, "", "")]
    assert told(minsu) == []
    reason = profile.feedback.reasons[1]
    await minsu.submit(form, {"reason": reason, "expected": " 정산 주기를 알고 싶었어요. "})
    await slack.until(lambda: told(minsu) == [profile.feedback.thanks])
    assert minsu.ephemerals()[0].thread_ts == answer.thread_ts
    assert await opinions() == [(minsu.id, False, reason, "정산 주기를 알고 싶었어요.")]
    assert minsu.modal is None


async def test_the_form_may_be_sent_empty(slack, minsu, answer, opinions, profile):
    await minsu.press(answer, "feedback:negative")
    await minsu.submit(await slack.until(lambda: minsu.modal), {})
    await slack.until(lambda: told(minsu) == [profile.feedback.thanks])
    assert await opinions() == [(minsu.id, False, "", "")]


async def test_a_second_press_changes_the_opinion(slack, minsu, answer, opinions, profile):
    await minsu.press(answer, "feedback:negative")
    assert await stored(opinions) == [(minsu.id, False, "", "")]
    await minsu.press(answer, "feedback:positive")
    await slack.until(lambda: told(minsu) == [profile.feedback.thanks])
    assert await opinions() == [(minsu.id, True, "", "")]


async def test_the_same_press_again_takes_the_opinion_back(slack, minsu, answer, opinions, profile):
    await minsu.press(answer, "feedback:negative")
    form = await slack.until(lambda: minsu.modal)
    await minsu.submit(form, {"expected": "더 짧게"})
    await slack.until(lambda: told(minsu) == [profile.feedback.thanks])
    await minsu.press(answer, "feedback:negative")
    await slack.until(lambda: told(minsu)[-1] == profile.feedback.withdrawn)
    assert await opinions() == []


async def test_opinions_are_each_persons_own(slack, minsu, answer, opinions):
    jiho = slack.add_person("지호")
    for person in (minsu, jiho):
        await person.press(answer, "feedback:positive")
        await slack.until(lambda person=person: person.ephemerals())
    assert sorted(user for user, *_ in await opinions()) == sorted([minsu.id, jiho.id])


@pytest.mark.parametrize("vote", ["feedback:positive", "feedback:negative"])
async def test_an_answer_that_is_not_kept_any_more(slack, stores, minsu, answer, profile, vote):
    """Neither a vote nor a form about it is taken, kindly."""
    await stores.archive.forget(minsu.id)
    await minsu.press(answer, vote)
    await slack.until(lambda: told(minsu) == [profile.stale_button])
    if vote == "feedback:negative":
        assert "submit" not in minsu.modal.payload
        assert profile.stale_button in str(minsu.modal.payload)


async def test_a_form_about_an_answer_that_went_meanwhile(slack, stores, minsu, answer, profile):
    await minsu.press(answer, "feedback:negative")
    form = await slack.until(lambda: minsu.modal)
    await stores.archive.forget(minsu.id)
    await minsu.submit(form, {"expected": "더 짧게"})
    await slack.until(lambda: told(minsu) == [profile.stale_button])


async def test_a_vote_counts_although_the_form_could_not_be_opened(
    slack, minsu, answer, opinions, profile
):
    slack.fail_next("views.open", "error", error="expired_trigger_id")
    await minsu.press(answer, "feedback:negative")
    await slack.until(lambda: told(minsu) == [profile.feedback.thanks])
    assert await opinions() == [(minsu.id, False, "", "")]


async def test_what_cannot_be_stored_stays_in_the_form(
    slack, bot, minsu, answer, opinions, profile, monkeypatch
):
    rate, voted = bot.feedback.rate, asyncio.Event()

    async def note(opinion, **more):
        known = await rate(opinion, **more)
        voted.set()
        return known

    monkeypatch.setattr(bot.feedback, "rate", note)
    await minsu.press(answer, "feedback:negative")
    form = await slack.until(lambda: minsu.modal)
    await voted.wait()

    async def refuse(opinion, **more):
        raise StorageError("the disk is full")

    monkeypatch.setattr(bot.feedback, "rate", refuse)
    delivery = await minsu.submit(form, {"expected": "더 짧게"})
    assert delivery.answer["errors"] == {"expected": profile.not_stored}
    assert minsu.modal is form
    monkeypatch.setattr(bot.feedback, "rate", rate)
    await minsu.submit(form, {"expected": "더 짧게"})
    await slack.until(lambda: told(minsu) == [profile.feedback.thanks])
    assert await opinions() == [(minsu.id, False, "", "더 짧게")]


async def test_private_answers_can_be_rated_too(slack, bot, minsu, stores, profile):
    channel = slack.add_channel("random", minsu, bot=False)
    await minsu.command("/faq", QUESTION, channel=channel)
    await slack.until(minsu.ephemerals)
    await minsu.press(minsu.ephemerals()[-1], "feedback:positive")
    await slack.until(lambda: told(minsu)[-1] == profile.feedback.thanks)
    (turn,) = await bot.asked_by(minsu.id, 5)
    (opinion,) = await stores.archive.opinions([turn.question.id])
    assert opinion.helpful


@pytest.mark.parametrize("vote", ["positive", "negative"])
async def test_a_button_of_an_answer_elsewhere_takes_no_vote(
    slack, minsu, answer, opinions, profile, vote
):
    """Its value names a question that was asked in another channel, and is known there."""
    elsewhere = slack.add_channel("other", minsu)
    me = slack.team.bot_user_id
    forged = slack.world.post(elsewhere, me, "답", blocks=answer.blocks, bot_id=slack.team.bot_id)
    await minsu.press(forged, f"feedback:{vote}")
    await slack.until(lambda: told(minsu) == [profile.stale_button])
    assert await opinions() == []
    assert minsu.modal is None
