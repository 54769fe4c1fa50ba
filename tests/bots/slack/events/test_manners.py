"""Manners on Slack: what is read, who may ask, downtime, and owners who are called seldom."""

import asyncio

import pytest
from fakes.assistants import ScriptedAssistant, answered
from fakes.slack_bot import PROFILE, answering, finished, settled

from bots.slack import platform
from core.types import Delta, Escalated
from devtools.slack import Limits, Slack, visible


@pytest.fixture
async def slack():
    async with Slack(limits=Limits(on=False)).serve() as running:
        yield running


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
def jiyoung(slack):
    return slack.add_person("지영")


@pytest.fixture
def channel(slack, minsu, jiyoung):
    return slack.add_channel("문의", minsu, jiyoung)


@pytest.fixture
def running(slack, tmp_path):
    def run(**settings):
        scripted = lambda stores: ScriptedAssistant(stores.history)  # noqa: E731
        return answering(slack, tmp_path, settings=settings, assistant=scripted)

    return run


def asked(bot):
    return [question.text for question in bot.assistant.asked]


async def told(slack, bot, person):
    """All that was asked, once nothing of before can follow."""
    await settled(slack)
    await person.say(person.dm, "끝으로 하나")
    await slack.until(lambda: "끝으로 하나" in asked(bot))
    async with asyncio.timeout(30):
        while await bot.stores.inbox.waiting(1):  # noqa: ASYNC110 - the store tells of no change
            await asyncio.sleep(0.01)
    return [text for text in asked(bot) if text != "끝으로 하나"]


def deliver(slack, channel, **event):
    """An event of a message as Slack sends it."""
    event = {"type": "message", "channel": channel.id, "ts": slack.world.ids.ts()} | event
    kind = {"im": "message.im"}.get(channel.kind, "message.channels")
    if channel.kind == "im":
        event["channel_type"] = "im"
    return slack.world.emit(slack.team, kind, event, channel)


# What is read.


async def test_a_shared_message_is_the_question_and_a_preview_is_not(slack, running, minsu):
    async with running() as bot:
        share = {"is_share": True, "text": "배송비는 얼마인가요?", "author_name": "지영"}
        deliver(slack, minsu.dm, user=minsu.id, text="", attachments=[share])
        await slack.until(lambda: asked(bot))
        preview = {"text": "반품 안내", "title_link": "https://shop.example"}
        deliver(slack, minsu.dm, user=minsu.id, text="이건요?", attachments=[preview])
        assert await told(slack, bot, minsu) == ["배송비는 얼마인가요?", "이건요?"]


async def test_a_voice_clip_is_answered_once_slack_has_written_it_down(slack, running, minsu):
    """Until then it is a file that cannot be read."""
    clip = {"id": "F1", "subtype": "slack_audio", "transcription": {"status": "processing"}}
    ts = slack.world.ids.ts()
    said = {"type": "message", "user": minsu.id, "ts": ts, "text": "", "subtype": "file_share"}
    async with running() as bot:
        deliver(slack, minsu.dm, **said, files=[clip])
        await slack.until(lambda: minsu.ephemerals(minsu.dm))
        done = {"status": "complete", "preview": {"content": "배송비는 얼마인가요?"}}
        was, now = said | {"files": [clip]}, said | {"files": [clip | {"transcription": done}]}
        changed = {"subtype": "message_changed", "message": now, "previous_message": was}
        deliver(slack, minsu.dm, **changed)
        assert await told(slack, bot, minsu) == ["배송비는 얼마인가요?"]


async def test_an_edit_of_words_that_are_in_blocks_alone_is_answered_anew(
    slack, running, minsu, channel
):
    """Some clients send only the mentions in `text`."""
    async with running() as bot:
        sent = await minsu.mention(channel, "배송비는 얼마인가요?")
        await slack.until(lambda: asked(bot))

        def said(words):
            text = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
            blocks = [{"type": "rich_text", "elements": [text]}]
            return {"user": minsu.id, "ts": sent.ts, "text": minsu.mention_of_bot, "blocks": blocks}

        edited = {"ts": slack.world.ids.ts()}
        now = {"type": "message", **said("반품비는 얼마인가요?"), "edited": edited}
        was = {"type": "message", **said("배송비는 얼마인가요?")}
        deliver(slack, channel, subtype="message_changed", message=now, previous_message=was)
        await slack.until(lambda: asked(bot) == ["배송비는 얼마인가요?", "반품비는 얼마인가요?"])


async def test_code_that_shows_the_bots_id_calls_nobody(slack, running, minsu, channel):
    """Slack delivers it as a mention: https://github.com/vercel/chat/pull/947."""
    async with running() as bot:
        text = f"`&lt;@{slack.team.bot_user_id}&gt; 배송비는 얼마인가요?` 라고 쓰세요"
        event = {"type": "app_mention", "user": minsu.id, "ts": slack.world.ids.ts(), "text": text}
        slack.world.emit(slack.team, "app_mention", event | {"channel": channel.id}, channel)
        assert await told(slack, bot, minsu) == []


async def test_a_shared_message_of_blocks_alone_is_read(slack, running, minsu):
    """As a workflow or another app has sent it."""
    text = {"type": "mrkdwn", "text": "배송비는 얼마인가요?"}
    said = {"blocks": [{"type": "section", "text": text}]}
    share = {"is_share": True, "text": "", "message_blocks": [{"message": said}]}
    async with running() as bot:
        deliver(slack, minsu.dm, user=minsu.id, text="", attachments=[share])
        await slack.until(lambda: asked(bot))
        assert asked(bot) == ["배송비는 얼마인가요?"]


async def test_called_below_what_a_workflow_has_posted_it_answers_that(
    slack, running, minsu, channel
):
    form = slack.add_person("신청서")
    form.bot_id = "B0FORM"
    async with running() as bot:
        root = await form.say(channel, "배송비는 얼마인가요?")
        await minsu.mention(channel, "", thread=root)
        await slack.until(lambda: asked(bot))
        assert asked(bot) == ["배송비는 얼마인가요?"]


async def test_what_an_app_has_written_in_blocks_is_read_and_not_what_stands_for_them(
    slack, running, minsu, channel
):
    form = slack.add_person("신청서")
    form.bot_id = "B0FORM"
    field = {"type": "mrkdwn", "text": "배송비는 얼마인가요?"}
    press = {"type": "button", "action_id": "x", "text": {"type": "plain_text", "text": "확인"}}
    async with running() as bot:
        root = await form.say(channel, "새 문의가 있습니다")
        root.blocks = [{"type": "section", "block_id": "b", "fields": [field]}]
        root.blocks.append({"type": "actions", "block_id": "c", "elements": [press]})
        await minsu.mention(channel, "", thread=root)
        await slack.until(lambda: asked(bot))
        assert asked(bot) == ["배송비는 얼마인가요?"]


async def test_called_in_a_thread_on_news_it_answers_the_question_that_was_asked_there(
    slack, running, minsu, jiyoung, channel
):
    async with running() as bot:
        root = await jiyoung.say(channel, "교환 안내문을 새로 올렸습니다.")
        await jiyoung.say(channel, "교환은 며칠 걸려요?", thread=root)
        await minsu.mention(channel, "", thread=root)
        await slack.until(lambda: asked(bot))
        assert asked(bot) == ["교환은 며칠 걸려요?"]


async def test_a_guest_who_presses_is_told_where_guests_are_not_answered(
    slack, running, minsu, channel
):
    async with running(slack_guests=False) as bot:
        question = await minsu.mention(channel, "교환은요?")
        (answer,) = await slack.until(lambda: finished(slack, question))
        minsu.home_team = "T0EXTERNAL"
        await minsu.press(answer, "followup:0")
        (told,) = await slack.until(lambda: minsu.ephemerals(channel))
        assert told.text == PROFILE.guests_off
        assert asked(bot) == ["교환은요?"]


def rich_text(*elements):
    return [{"type": "rich_text", "block_id": "b", "elements": list(elements)}]


def section(text):
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


async def test_words_that_slack_sends_in_blocks_alone_are_read(slack, running, minsu, channel):
    """As it does for some lists, and below some mentions; other blocks repeat the text."""
    listed = [section("배송비는 얼마인가요?"), section("교환은 며칠 걸려요?")]
    called = section(" 반품은요?")
    called["elements"].insert(0, {"type": "user", "user_id": slack.team.bot_user_id})
    async with running() as bot:
        items = {"type": "rich_text_list", "style": "bullet", "elements": listed}
        deliver(slack, minsu.dm, user=minsu.id, text="", blocks=rich_text(items))
        deliver(slack, channel, user=minsu.id, text=minsu.mention_of_bot, blocks=rich_text(called))
        whole = section("수수료는요?")
        deliver(slack, minsu.dm, user=minsu.id, text="수수료는요?", blocks=rich_text(whole))
        assert sorted(await told(slack, bot, minsu)) == [
            "반품은요?",
            "배송비는 얼마인가요?\n교환은 며칠 걸려요?",
            "수수료는요?",
        ]


async def test_the_message_to_which_a_link_leads_is_the_question(slack, running, minsu, channel):
    """Slack shows it at once or a moment later; it asks nothing where nobody calls the bot."""
    url = "https://local.slack.com/archives/C1/p1700000000000100"
    seen = {"is_msg_unfurl": True, "from_url": url, "text": "배송비는 얼마인가요?"}
    async with running(slack_channels=channel.id) as bot:
        bot.assistant.talk.add(url)
        deliver(slack, channel, user=minsu.id, text=f"<{url}>", attachments=[seen])
        deliver(
            slack, minsu.dm, user=minsu.id, text=f"<{url}> 이거 알려 주세요", attachments=[seen]
        )
        await slack.until(lambda: asked(bot))
        said = {"type": "message", "user": minsu.id, "ts": slack.world.ids.ts()}
        said |= {"text": f"{minsu.mention_of_bot} <{url}>"}
        deliver(slack, channel, **said)
        await slack.until(lambda: minsu.ephemerals(channel))
        later = said | {"attachments": [seen | {"text": "교환은 며칠 걸려요?"}]}
        for _ in range(2):
            change = {"message": later, "previous_message": said, "ts": slack.world.ids.ts()}
            deliver(slack, channel, subtype="message_changed", **change)
        shared = f"{url} 이거 알려 주세요\n배송비는 얼마인가요?"
        assert await told(slack, bot, minsu) == [shared, "교환은 며칠 걸려요?"]


async def test_a_caption_that_only_points_to_a_picture_is_told_that_it_is_not_read(
    slack, running, minsu
):
    picture = {"subtype": "file_share", "files": [{"id": "F1", "mimetype": "image/png"}]}
    async with running() as bot:
        bot.assistant.talk.add("이것 좀 봐 주세요")
        deliver(slack, minsu.dm, user=minsu.id, text="이것 좀 봐 주세요", **picture)
        await slack.until(lambda: minsu.ephemerals(minsu.dm))
        assert [one.text for one in minsu.ephemerals(minsu.dm)] == [PROFILE.unreadable]
        deliver(slack, minsu.dm, user=minsu.id, text="이것은 무슨 뜻인가요?", **picture)
        assert await told(slack, bot, minsu) == ["이것은 무슨 뜻인가요?"]


async def test_a_comment_and_what_it_shares_are_one_question(slack, running, minsu):
    async with running() as bot:
        share = {"is_share": True, "text": "배송비는 얼마인가요?"}
        deliver(slack, minsu.dm, user=minsu.id, text="이거 알려 주세요", attachments=[share])
        await slack.until(lambda: asked(bot))
        assert asked(bot) == ["이거 알려 주세요\n배송비는 얼마인가요?"]


async def test_spoken_words_and_snippets_are_read_and_pictures_are_told_about(
    slack, running, minsu
):
    async with running() as bot:
        voice = {"transcription": {"status": "complete", "preview": {"content": "반품은요?"}}}
        snippet = {"mode": "snippet", "preview": "배송비는요?"}
        for file in (voice, snippet, {"mimetype": "image/png"}):
            deliver(slack, minsu.dm, user=minsu.id, text="", subtype="file_share", files=[file])
            await settled(slack)
        await slack.until(lambda: minsu.ephemerals(minsu.dm))
        assert [one.text for one in minsu.ephemerals(minsu.dm)] == [PROFILE.unreadable]
        assert await told(slack, bot, minsu) == ["반품은요?", "배송비는요?"]


@pytest.mark.parametrize(
    "attached",
    [
        {"files": [None]},
        {"files": [{"transcription": "none", "preview": None}]},
        {"attachments": [None, {"is_share": True, "message_blocks": [None], "blocks": [None]}]},
        {"attachments": [{"blocks": [{"type": "table", "rows": [None, [None, {"text": None}]]}]}]},
        {"files": None, "attachments": None, "edited": None, "team": None, "thread_ts": None},
    ],
)
async def test_what_cannot_be_read_beside_a_question_does_not_hide_it(
    slack, running, minsu, attached
):
    async with running() as bot:
        deliver(slack, minsu.dm, user=minsu.id, text="배송비는?", **attached)
        assert await told(slack, bot, minsu) == ["배송비는?"]


async def test_a_message_that_cannot_be_read_is_named_in_the_log_and_not_told_again(
    slack, running, minsu, caplog
):
    async with running() as bot:
        strange = {"type": "message", "user": minsu.id, "ts": "soon", "text": "배송비는?"}
        change = {"message": strange, "previous_message": strange | {"text": "배송"}}
        deliver(slack, minsu.dm, subtype="message_changed", **change)
        assert await told(slack, bot, minsu) == []
    assert caplog.text.count("a message cannot be read (ts soon)") == 1


async def test_a_caption_that_is_added_to_a_picture_later_is_asked(slack, running, minsu):
    async with running() as bot:
        picture = {"user": minsu.id, "ts": slack.world.ids.ts(), "text": ""}
        picture |= {"files": [{"id": "F1", "mimetype": "image/png"}]}
        deliver(slack, minsu.dm, subtype="file_share", **picture)
        await slack.until(lambda: minsu.ephemerals(minsu.dm))
        new = picture | {"type": "message", "text": "배송비는?"}
        change = {"message": new, "previous_message": picture}
        deliver(slack, minsu.dm, subtype="message_changed", **change)
        assert await told(slack, bot, minsu) == ["배송비는?"]


@pytest.mark.parametrize("code", ["user_not_in_channel", "a_code_that_is_new"])
async def test_what_the_channel_does_not_take_is_told_directly(
    slack, running, minsu, channel, code
):
    async with running():
        slack.fail_next("chat.postEphemeral", "error", error=code, times=9)
        await minsu.mention(channel, "")
        (told,) = await slack.until(lambda: slack.messages(minsu.dm))
        assert told.text == PROFILE.empty_mention


async def test_in_a_group_message_a_mention_and_what_follows_in_its_thread_are_asked(
    slack, running, minsu, jiyoung
):
    group = slack.add_channel("mpdm-minsu--jiyoung--faqbot-1", minsu, jiyoung, private=True)
    async with running() as bot:
        said = {"user": minsu.id, "channel_type": "mpim", "ts": slack.world.ids.ts()}
        deliver(slack, group, text=f"{minsu.mention_of_bot} 교환은요?", **said)
        await slack.until(lambda: asked(bot))
        more = {"user": minsu.id, "channel_type": "mpim", "thread_ts": said["ts"]}
        deliver(slack, group, text="배송비는 얼마인가요?", **more)
        deliver(slack, group, user=minsu.id, channel_type="mpim", text="점심 먹어요")
        assert await told(slack, bot, minsu) == ["교환은요?", "배송비는 얼마인가요?"]


async def test_slacks_own_notice_above_is_no_question_and_slack_is_no_company(
    slack, running, minsu, channel
):
    """Such as the first message of a huddle's thread."""
    async with running() as bot:
        huddle = {"subtype": "huddle_thread"}
        root = slack.world.post(channel, "USLACKBOT", "A huddle started", **huddle)
        await minsu.mention(channel, "", thread=root)
        await slack.until(lambda: minsu.ephemerals(channel))
        await minsu.mention(channel, "배송비는 얼마인가요?", thread=root)
        await slack.until(lambda: asked(bot))
        await minsu.say(channel, "교환은 며칠 걸려요?", thread=root)
        await slack.until(lambda: len(asked(bot)) == 2)
        assert asked(bot) == ["배송비는 얼마인가요?", "교환은 며칠 걸려요?"]


# Who may ask.


async def test_guests_of_another_workspace_are_answered_unless_the_switch_is_off(
    slack, running, minsu, channel
):
    text = f"{minsu.mention_of_bot} 배송비는?"
    guest = {"user": minsu.id, "user_team": "T0EXTERNAL", "text": text}
    async with running() as bot:
        deliver(slack, channel, **guest)
        await slack.until(lambda: asked(bot))
        assert bot.assistant.asked[0].reply_to.endswith(" T0EXTERNAL")
    async with running(slack_guests=False) as bot:
        deliver(slack, channel, **{**guest, "text": f"{minsu.mention_of_bot} 환불은?"})
        await slack.until(lambda: minsu.ephemerals(channel))
        assert minsu.ephemerals(channel)[0].text == PROFILE.guests_off
        assert "환불은?" not in asked(bot)


async def test_a_guest_who_edits_is_answered_anew_in_the_same_message(
    slack, running, minsu, channel
):
    """And where guests are not answered, an edit makes no question of what they say."""

    def change(ts, after):
        text = f"{minsu.mention_of_bot} {after}"
        new = {"type": "message", "ts": ts, "text": text, "user": minsu.id}
        new |= {"user_team": "T0EXTERNAL", "source_team": "T0EXTERNAL"}
        new["edited"] = {"user": minsu.id, "ts": slack.world.ids.ts()}
        old = new | {"text": f"{minsu.mention_of_bot} 무엇이든"}
        deliver(slack, channel, subtype="message_changed", message=new, previous_message=old)

    async with running() as bot:
        question = await minsu.mention(channel, "교환은요?")
        (reply,) = await slack.until(lambda: finished(slack, question))
        change(question.ts, "교환 배송비는요?")
        await slack.until(lambda: "답: 교환 배송비는요?" in visible(reply))
        assert slack.replies(question) == [reply]
    async with running(slack_guests=False) as bot:
        change(slack.world.ids.ts(), "반품 배송비는요?")
        assert await told(slack, bot, minsu) == []


@pytest.mark.parametrize(
    "subtype", ["pinned_item", "channel_topic", "channel_join", "reminder_add", "huddle_thread"]
)
async def test_what_slack_tells_of_its_thread_is_no_question(
    slack, running, minsu, channel, subtype
):
    async with running() as bot:
        question = await minsu.mention(channel, "교환은요?")
        await slack.until(lambda: finished(slack, question))
        said = {"user": minsu.id, "thread_ts": question.ts, "text": "교환은 며칠 걸려요?"}
        deliver(slack, channel, subtype=subtype, **said)
        assert await told(slack, bot, minsu) == ["교환은요?"]


async def test_a_preview_or_a_count_of_replies_makes_no_question_of_a_message(
    slack, running, minsu, channel
):
    """Slack tells them as changes, also of a message from before the bot listened there."""
    preview = {"from_url": "https://shop.example", "text": "교환 안내", "is_msg_unfurl": True}
    async with running(slack_channels=channel.id) as bot:
        for text in ("교환은요?", f"{minsu.mention_of_bot} 배송비는요?"):
            said = {"type": "message", "user": minsu.id, "ts": slack.world.ids.ts(), "text": text}
            for more in ({"attachments": [preview]}, {"reply_count": 1, "replies": []}):
                for before in ({"previous_message": said}, {}):
                    change = {"message": said | more, **before}
                    deliver(slack, channel, subtype="message_changed", **change)
        assert await told(slack, bot, minsu) == []


async def test_what_an_app_writes_for_a_person_is_theirs_and_bots_are_not_answered(
    slack, running, minsu, channel
):
    other = slack.add_person("로봇")
    other.bot_id = "B0OTHER"
    async with running() as bot:
        text = f"{minsu.mention_of_bot} 배송비는?"
        deliver(slack, channel, user=minsu.id, bot_id="B0APP", app_id="A0APP", text=text)
        await slack.until(lambda: asked(bot))
        deliver(slack, channel, user=other.id, bot_id="B0OTHER", app_id="A0APP", text=text)
        deliver(slack, channel, user=minsu.id, bot_id="B0APP", app_id="A0APP", text="알림")
        assert await told(slack, bot, minsu) == ["배송비는?"]


async def test_what_another_bot_edits_so_that_it_names_this_one_asks_nothing(
    slack, running, minsu, channel
):
    """As an assistant does that writes its answer by edits; two of them would never end."""
    other = slack.add_person("로봇")
    other.bot_id = "B0OTHER"
    async with running() as bot:
        root = await minsu.mention(channel, "교환은요?")
        await slack.until(lambda: asked(bot))
        for thread in ({}, {"thread_ts": root.ts}):
            said = {"type": "message", "user": other.id, "bot_id": "B0OTHER", "text": "음…"}
            said |= {"ts": slack.world.ids.ts(), **thread}
            new = said | {"text": f"{minsu.mention_of_bot} 배송비는?"}
            change = {"message": new, "previous_message": said}
            deliver(slack, channel, subtype="message_changed", **change)
        assert await told(slack, bot, minsu) == ["교환은요?"]


async def test_in_a_channel_of_questions_an_edit_may_make_a_message_one(
    slack, running, minsu, channel
):
    async with running(slack_channels=channel.id) as bot:
        bot.assistant.talk.add("음 그게")
        said = {"type": "message", "user": minsu.id, "ts": slack.world.ids.ts(), "text": "음 그게"}
        deliver(slack, channel, **said)
        change = {"message": said | {"text": "배송비는?"}, "previous_message": said}
        deliver(slack, channel, subtype="message_changed", **change)
        assert await told(slack, bot, minsu) == ["배송비는?"]


async def test_an_edit_of_a_message_of_long_ago_asks_nothing(slack, running, minsu, channel):
    async with running() as bot:
        now = float(slack.world.ids.ts())
        old = {"type": "message", "user": minsu.id, "ts": f"{now - 86_400 * 3:.6f}"}
        new = old | {"text": f"{minsu.mention_of_bot} 배송비는?"}
        change = {"message": new, "previous_message": old | {"text": "배송비는?"}}
        deliver(slack, channel, subtype="message_changed", **change)
        assert await told(slack, bot, minsu) == []


# Downtime, and owners.


async def test_after_downtime_what_a_colleague_has_answered_is_left(
    slack, running, minsu, jiyoung, channel, monkeypatch
):
    async with running() as bot:
        await minsu.mention(channel, "첫 질문")
        await slack.until(lambda: asked(bot))
        await settled(slack)
    answered = await minsu.mention(channel, "담당자가 누구죠?")
    await jiyoung.say(channel, "저예요", thread=answered)
    await jiyoung.mention(channel, "배송비는 얼마인가요?")
    monkeypatch.setattr(platform, "_SHORT_S", 0.0)
    async with running() as bot:
        await slack.until(lambda: "배송비는 얼마인가요?" in asked(bot))
        assert "담당자가 누구죠?" not in asked(bot)


async def test_after_downtime_one_thread_that_cannot_be_read_hides_nothing_else(
    slack, running, minsu, channel, monkeypatch
):
    async with running() as bot:
        root = await minsu.mention(channel, "첫 질문")
        await slack.until(lambda: asked(bot))
        await settled(slack)
    await minsu.say(channel, "이어지는 말", thread=root)
    await minsu.mention(channel, "배송비는 얼마인가요?")
    monkeypatch.setattr(platform, "_SHORT_S", 0.0)
    slack.fail_next("conversations.replies", "error", error="thread_not_found")
    async with running() as bot:
        await slack.until(lambda: "배송비는 얼마인가요?" in asked(bot))


async def test_owners_are_called_three_times_an_hour_in_one_thread_and_for_questions_alone(
    slack, running, minsu, jiyoung, channel
):
    async with running(slack_owners=jiyoung.id) as bot:
        texts = ["ㅋㅋㅋ", *(f"모르는 것 {number}" for number in range(5))]
        for text in texts:
            bot.assistant.script(text, Escalated(PROFILE.not_found, ()))
        root = await minsu.mention(channel, texts[0])
        for number, text in enumerate(texts[1:], start=2):
            await minsu.mention(channel, text, thread=root)
            await slack.until(lambda number=number: len(asked(bot)) == number)
        await slack.until(
            lambda: sum(PROFILE.not_found in visible(one) for one in slack.replies(root)) == 6
        )
    assert len(jiyoung.notifications()) == 3


async def test_whoever_dislikes_an_answer_may_have_the_owners_asked(
    slack, running, minsu, jiyoung, channel
):
    async with running(slack_owners=jiyoung.id):
        question = await minsu.mention(channel, "교환은요?")
        (answer,) = await slack.until(lambda: finished(slack, question))
        await minsu.press(answer, "feedback:negative")
        form = await slack.until(lambda: minsu.modal)
        await minsu.submit(form, {"expected": "더 짧게", "person": ["yes"]})
        await slack.until(jiyoung.notifications)
        assert "교환은요?" in visible(slack.replies(question)[-1])
        await minsu.say(minsu.dm, "반품은요?")
        alone = await slack.until(lambda: [m for m in slack.messages(minsu.dm) if m.bot_id])
        await slack.until(lambda: "출처" in visible(alone[-1]))
        await minsu.press(alone[-1], "feedback:negative")
        form = await slack.until(lambda: minsu.modal)
        assert PROFILE.feedback.person not in visible(form)  # no owner reads there


# One `ts` in two events, groups of people, and refusals in the middle of an answer.


async def test_an_edit_that_adds_the_mention_asks_once(slack, running, minsu, channel):
    """Slack tells of it as a change and as a mention, with one ts."""
    async with running() as bot:
        said = {
            "type": "message",
            "user": minsu.id,
            "ts": slack.world.ids.ts(),
            "text": "교환은요?",
        }
        edited = {"edited": {"user": minsu.id, "ts": slack.world.ids.ts()}}
        new = said | {"text": f"{minsu.mention_of_bot} 교환은요?"} | edited
        change = {"message": new, "previous_message": said, "ts": slack.world.ids.ts()}
        deliver(slack, channel, subtype="message_changed", **change)
        mention = new | {"type": "app_mention", "channel": channel.id}
        slack.world.emit(slack.team, "app_mention", mention, channel)
        await slack.until(lambda: asked(bot))
        assert await told(slack, bot, minsu) == ["교환은요?"]


async def test_its_name_in_a_canvas_asks_nothing(slack, running, minsu, channel):
    """Slack sends a sentence of its own about it, in the name of who wrote there."""
    async with running() as bot:
        told_of = {
            "type": "app_mention",
            "subtype": "document_mention",
            "user": minsu.id,
            "document_mention": {"file_id": "F1", "section_id": "temp:C:1"},
            "ts": slack.world.ids.ts(),
            "channel": channel.id,
            "text": f"{minsu.mention_of_bot} was mentioned in a canvas, 교환 안내",
        }
        slack.world.emit(slack.team, "app_mention", told_of, channel)
        assert await told(slack, bot, minsu) == []


@pytest.mark.parametrize("code", ["is_archived", "a_code_that_is_new"])
async def test_what_is_refused_while_it_grows_is_shown_to_its_asker_alone(
    slack, running, minsu, channel, code
):
    more = asyncio.Event()
    async with running() as bot:
        bot.assistant.script("교환은요?", Delta("우선 "), more, answered("우선 이렇게 하세요."))
        question = await minsu.mention(channel, "교환은요?")
        await slack.until(lambda: slack.replies(question))
        slack.fail_next("chat.update", "error", error=code, times=4)
        slack.fail_next("chat.postEphemeral", "error", error=code, times=4)
        more.set()
        await slack.until(
            lambda: any("이렇게 하세요" in visible(one) for one in slack.messages(minsu.dm))
        )
        await slack.until(lambda: not slack.replies(question))
