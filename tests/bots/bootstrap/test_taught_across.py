"""A case over all platforms, with the real parts: taught on one, and told on the others."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from fakes.discord_bot import answers_in
from fakes.slack_bot import make_settings
from fakes.web_person import Person, events_of

from bots.bootstrap.assistant import open_service
from bots.bootstrap.cases import entry_reviews
from bots.bootstrap.serve import connected
from bots.bootstrap.stores import open_stores, served_entries
from config.profiles import load_profile
from core.types import CaseState, EntryReview, ReviewRequest
from devtools.slack import Limits, Slack, visible

pytestmark = pytest.mark.waits

PROFILE = load_profile("smartstore")
ASKED = "물류센터 견학은 언제 가능한가요?"
ALIKE = "물류센터 견학이 언제 가능한지 궁금해요"
OTHERWISE = "물류 센터를 견학하고 싶은데 언제 되나요"
TOLD = "매주 수요일 오후 2시에 할 수 있어요. 하루 전까지 신청해 주세요."
PATIENCE_S = 60


class Clock:
    """A clock that is driven, and begins at the time of the machine."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture
async def slack():
    async with Slack(limits=Limits(on=False)).serve() as served:
        yield served


@asynccontextmanager
async def at_work(slack, fake, data_dir, clock, **owners):
    """The bot as `faqbot run` sets it up, on all platforms, at the time of a clock."""
    settings = make_settings(
        slack,
        data_dir,
        DISCORD_BOT_TOKEN=fake.settings.token,
        DISCORD_API_URL=fake.url,
        DISCORD_GATEWAY_URL=fake.gateway_url,
        web="on",
        web_port=0,
        **owners,
    )
    async with (
        open_stores(settings) as stores,
        open_service(settings, stores, PROFILE, report=lambda _: None) as service,
        connected(settings, service, PROFILE) as platforms,
    ):
        service.desk.now = clock
        reviews = entry_reviews(settings, stores, service, PROFILE)
        keeping = service.keep_cases(_alone, also=(reviews.go,))
        runs = [service.run(), keeping, *(one.run() for one in platforms)]
        tasks = [asyncio.create_task(run) for run in runs]
        try:
            await slack.until(lambda: slack.sockets)
            await fake.until(lambda: fake.online)
            yield service, stores, next(one.address for one in platforms if one.address)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _alone():
    return True


@asynccontextmanager
async def visitor(address):
    """Somebody at the page."""
    person = Person(address)
    try:
        yield person
    finally:
        await person.close()


async def arrived(person, message):
    """What another window shows that comes to this conversation after its only question."""
    url = f"{person.address}/api/v1/sessions/{message.session}/events"
    async with person.http.get(url) as response:
        async for event in events_of(response):
            new = [one["id"] for one in event.data["questions"] if one["id"] != message.id]
            for name in new:
                _, told = await person.call("GET", f"/questions/{quote(name, safe='')}?html")
                if told["answer"]:
                    return told
    raise AssertionError("the window was closed")


async def loaded_again(person, message):
    """What the page shows of a conversation that is opened anew."""
    _, told = await person.call("GET", f"/sessions/{message.session}?html")
    return told["questions"]


async def test_a_case_over_all_platforms_until_its_answer_is_undone(  # noqa: PLR0915 - one story
    slack, fake, sample_data
):
    """Asked on Slack, Discord and the page, called once, answered on Slack, told to each, undone.

    The clock is driven until the owner is reminded. The page has a second window, and is loaded
    again.
    """
    minsu, owner = slack.add_person("민수"), slack.add_person("김담당")
    channel = slack.add_channel("문의", minsu, owner)
    narae, third = await fake.create_user("나래"), await fake.create_user("도윤")
    place, clock = fake.guild.channels[0], Clock()

    def shown(question):
        return "\n".join(map(visible, slack.replies(question)))

    def read(question):
        return "\n".join(one.content for one in answers_in(fake, question.thread))

    async def ask(text, user):
        question = await fake.say(place, text, user=user, mention_bot=True)
        await fake.until(lambda: question.thread and answers_in(fake, question.thread))
        return question

    owners = {"slack_owners": owner.id}
    async with (
        at_work(slack, fake, sample_data, clock, **owners) as (service, stores, address),
        visitor(address) as guest,
    ):
        question = await minsu.mention(channel, ASKED)
        await slack.until(owner.notifications, timeout_s=PATIENCE_S)
        other = await ask(ALIKE, narae)
        await fake.until(
            lambda: PROFILE.case.joined.format(question=ASKED) in read(other), PATIENCE_S
        )
        asked = await guest.ask(OTHERWISE)
        await guest.until(lambda: asked.ending)
        assert asked.ending["note"] == PROFILE.case.joined.format(question=ASKED)
        second_window = asyncio.create_task(arrived(guest, asked))
        assert len(owner.notifications()) == 1

        clock.ahead = timedelta(hours=5)
        service.desk.changed.set()
        await slack.until(lambda: len(owner.notifications()) == 2, timeout_s=PATIENCE_S)
        clock.ahead = timedelta(days=3)
        service.desk.changed.set()

        lesson = await owner.say(channel, f"#학습 {TOLD}", thread=question)
        await fake.until(lambda: TOLD.split(".", maxsplit=1)[0] in read(other), PATIENCE_S)
        assert PROFILE.case.answered in read(other)
        assert read(other).count(PROFILE.case.answered) == 1
        assert PROFILE.case.answered not in shown(question)  # they have read it there
        assert len(owner.notifications()) == 2  # nobody else is left to be called
        async with asyncio.timeout(PATIENCE_S):
            told = await second_window
        assert told["answer"]["text"].startswith(PROFILE.case.answered)
        assert TOLD.split(".", maxsplit=1)[0] in told["answer"]["text"]

        answered = await ask(OTHERWISE, third)
        await fake.until(lambda: "김담당 님이 알려 준 내용" in read(answered), PATIENCE_S)

        loaded = await loaded_again(guest, asked)
        assert [one["id"] for one in loaded] == [asked.id, told["id"]]
        assert loaded[1]["answer"]["text"] == told["answer"]["text"]

        await owner.edit(lesson, f"#학습! {TOLD.replace('2시', '4시')}")
        await fake.until(lambda: PROFILE.case.corrected in read(other), PATIENCE_S)
        assert read(other).count("오후 4시") == 1
        assert PROFILE.case.corrected not in shown(question)

        await owner.delete(lesson)
        await slack.until(lambda: PROFILE.teach.unlearned in shown(question))
        await fake.until(lambda: "담당자가 거두었어요" in read(answered), PATIENCE_S)
        assert read(answered).count("담당자가 거두었어요") == 1
        (case,) = await stores.cases.open(9)
        assert (case.state, len(case.waiters)) == (CaseState.OPEN, 4)  # the third waits, too
        again = await ask(OTHERWISE, narae)
        await fake.until(
            lambda: PROFILE.case.joined.format(question=ASKED) in read(again), PATIENCE_S
        )
        assert TOLD not in read(again)
        await fake.say(again.thread, "다른 질문이에요", user=narae)
        await fake.until(lambda: PROFILE.case.person in read(again), PATIENCE_S)
        assert [len(one.waiters) for one in await stores.cases.open(9)] == [4, 1]


async def test_the_owner_of_a_due_entry_is_asked_in_their_channel_and_answers_by_a_button(
    slack, fake, sample_data
):
    """On Slack it is still right; on Discord it is to be corrected. Others cannot press."""
    minsu, owner = slack.add_person("민수"), slack.add_person("김담당")
    channel = slack.add_channel("담당자방", minsu, owner)
    narae, other = await fake.create_user("나래"), await fake.create_user("도윤")
    place, clock = fake.guild.channels[0], Clock()
    label_right, label_wrong = PROFILE.teach.still_right, PROFILE.teach.will_edit
    title = await _make_due(slack, sample_data, days=30)

    def on_slack(text):
        return [one for one in channel.messages.values() if text in visible(one)]

    def on_discord(text):
        return [one for one in place.messages.values() if text in one.content]

    owners = {"slack_owners": owner.id, "discord_owners": str(narae.id)}
    to_slack = owners | {"digest_to": f"slack:{channel.id}"}
    async with at_work(slack, fake, sample_data, clock, **to_slack) as (_, stores, _):
        (asked,) = await slack.until(lambda: on_slack("FAQ의 이 항목은 아직 맞나요?"), PATIENCE_S)
        assert title in visible(asked)
        assert f"<@{owner.id}>" in asked.text
        assert [len(owner.notifications()), len(minsu.notifications())] == [1, 0]
        await minsu.press(asked, "entry:right")
        await slack.until(minsu.ephemerals)
        assert "아직 맞나요?" in visible(asked)
        await owner.press(asked, "entry:right")
        await slack.until(lambda: "김담당 님이" in visible(asked), PATIENCE_S)
        assert "entry:right" not in str(asked.blocks)
        (review,) = await stores.reports.reviews()
        assert (review.who, review.due_at - review.at) == ("김담당", timedelta(days=30))
    await _make_due(slack, sample_data, days=30)
    to_discord = owners | {"digest_to": f"discord:{place.id}"}
    async with at_work(slack, fake, sample_data, clock, **to_discord) as (_, stores, _):
        (asked,) = await fake.until(lambda: on_discord("FAQ의 이 항목은 아직 맞나요?"), PATIENCE_S)
        assert f"<@{narae.id}>" in asked.content
        refused = await fake.press(asked, label_right, user=other)
        await fake.until(lambda: refused.messages)
        assert refused.messages[0].content == PROFILE.case.owners_alone
        await fake.press(asked, label_wrong, user=narae)
        await fake.until(lambda: "나래 님이" in asked.content, PATIENCE_S)
        assert not asked.buttons
        assert [one.action for one in await stores.reports.audit(2)] == [
            "entry.doubt",
            "entry.review",
        ]


async def _make_due(slack, data_dir, *, days):
    """Make the review of one entry due, which was given at the last request; return its title."""
    settings = make_settings(slack, data_dir)
    now = datetime.now(UTC)
    async with open_stores(settings) as stores:
        title = served_entries(settings)[0].title
        at = now - timedelta(days=days + 1)
        asked = ReviewRequest(title, at - timedelta(hours=1), timedelta(days=days))
        await stores.reports.request_review(asked)
        await stores.reports.review(EntryReview(title, "mina", at, at + timedelta(days=days)))
    return title
