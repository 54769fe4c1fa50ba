"""Setting Discord up: the invite link, the doctor's findings, ids."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bots.discord.checks import check_discord
from bots.discord.ids import (
    Beneath,
    Ephemeral,
    Place,
    Within,
    place_of,
    question_id,
    target_of,
    written,
)
from bots.discord.install import invite
from bots.discord.render.payload import pressed_of
from bots.discord.replies.answer_channel import thread_name
from bots.discord.replies.thread import nonce_of
from config.settings import Settings
from core.errors import ConfigError
from core.press_ids import press_id
from core.types import SessionId


def settings_for(fake, **more):
    """Settings that point to the local Discord."""
    local = {"DISCORD_BOT_TOKEN": fake.settings.token, "DISCORD_API_URL": fake.url}
    return Settings(_env_file=None, **local | more)


async def findings(fake, **more):
    """The doctor's lines, with their marks."""
    found = await asyncio.to_thread(lambda: list(check_discord(settings_for(fake, **more))))
    return [(finding.mark, f"{finding.text} -> {finding.fix}") for finding in found]


async def test_the_invite_link_asks_for_what_the_bot_needs_and_no_more(fake, capsys):
    assert await asyncio.to_thread(invite.print_invite, settings_for(fake)) == 0
    asked = parse_qs(urlsplit(capsys.readouterr().out.strip()).query)
    assert asked["client_id"] == [str(fake.settings.application_id)]
    assert set(asked["scope"][0].split()) == {"bot", "applications.commands"}
    permissions = discord.Permissions(int(asked["permissions"][0]))
    assert permissions.send_messages_in_threads
    assert not permissions.administrator
    assert not permissions.manage_messages


def test_without_a_token_there_is_no_link():
    with pytest.raises(ConfigError, match="DISCORD_BOT_TOKEN"):
        invite.print_invite(Settings(_env_file=None))


async def test_the_doctor_is_content_where_all_is_well(fake):
    role = await fake.create_role("상담", mentionable=True)
    owners = f"{fake.user.id},role:{role.id}"
    assert {mark for mark, _ in await findings(fake, DISCORD_OWNERS=owners)} == {"✓"}


async def test_the_doctor_notes_that_nobody_is_called_and_nobody_may_teach(fake):
    notes = [text for mark, text in await findings(fake) if mark == "!"]
    assert len(notes) == 1
    assert "DISCORD_OWNERS" in notes[0]


async def test_the_doctor_looks_for_the_owners(fake):
    role = await fake.create_role("상담")
    stranger = fake.add_user("남")
    owners = f"{stranger.id}, 77, role:88, role:{role.id}"
    failed = [text for mark, text in await findings(fake, DISCORD_OWNERS=owners) if mark == "✗"]
    deaf, *absent = failed
    assert "@상담" in deaf
    assert "Allow anyone" in deaf
    assert [text.split(" ->")[0] for text in absent] == [
        "no server has the user 77",
        f"no server has the user {stranger.id}",
        "no server has the role 88",
    ]
    await fake.grant("MENTION_EVERYONE")
    found = await findings(fake, DISCORD_OWNERS=f"role:{role.id}")
    assert {mark for mark, _ in found} == {"✓"}


async def test_the_doctor_names_what_is_missing_in_which_channel(fake):
    await fake.deny(fake.guild.channels[0], "CREATE_PUBLIC_THREADS", "EMBED_LINKS")
    failed = [text for mark, text in await findings(fake) if mark == "✗"]
    assert len(failed) == 1
    assert "#질문" in failed[0]
    assert "Create Public Threads" in failed[0]
    assert "Embed Links" in failed[0]


async def test_the_doctor_sees_through_a_wrong_token(fake):
    wrong = "not-the-token"
    ((mark, text),) = await findings(fake, DISCORD_BOT_TOKEN=wrong)
    assert mark == "✗"
    assert "Reset Token" in text
    assert wrong not in text


async def test_the_doctor_tells_of_the_missing_intent(fake):
    fake.settings.privileged = ()
    notes = [text for mark, text in await findings(fake) if mark == "!"]
    assert any("Message Content Intent" in text for text in notes)


async def test_the_doctor_looks_for_the_channels_that_settings_name(fake):
    failed = [text for mark, text in await findings(fake, DISCORD_FORUMS="77") if mark == "✗"]
    assert any("77" in text for text in failed)


@pytest.mark.parametrize(
    "place", [Place("1", "2", "3"), Place("@me", "2", ""), Place("1", "2", "u3")]
)
def test_sessions_are_read_back(place):
    assert place_of(place.session) == place


def test_other_platforms_sessions_are_none_of_ours():
    with pytest.raises(ValueError, match="slack"):
        place_of(SessionId("slack:T:C:1.2"))


@pytest.mark.parametrize("target", [Within(1, 2), Beneath(1, 2), Ephemeral(1, "a:b:c")])
def test_targets_are_read_back(target):
    assert target_of(written(target)) == target


def test_what_is_no_target_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        target_of("sideways:1:2")


def test_buttons_of_pressed_questions_are_read_back():
    asked = press_id(press_id(question_id(1 << 63, 1 << 63, 1 << 63), "정산은?"), "배송은?")
    assert len(f"f:{asked}:7") <= 100
    found = pressed_of(f"f:{asked}:7")
    assert (found.kind, found.question_id, found.index) == ("f", asked, 7)


def test_a_nonce_is_short_and_differs_by_question_place_and_time():
    asked = question_id(1 << 63, 1 << 63, 1 << 63)
    nonces = {nonce_of(asked, 0, 0), nonce_of(asked, 1, 0), nonce_of(asked, 0, 1)}
    assert len(nonces) == 3
    assert all(len(nonce) <= 25 for nonce in nonces)
    assert nonce_of(asked, 0, 0) in nonces


def test_a_threads_name_is_one_line():
    assert thread_name(" 정산은\n\n언제   되나요? ") == "정산은 언제 되나요?"
    assert thread_name("\u202eכמה עולה?\u202c") == "כמה עולה?", "it turned what stands beside it"
