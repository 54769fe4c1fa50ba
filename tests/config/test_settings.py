"""Settings from the environment and `.env`."""

import os
from pathlib import Path

import pytest

from config.settings import Settings, read_settings
from core.errors import ConfigError


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """No settings of who runs the tests, and a folder without `.env`."""
    for name in list(os.environ):
        if name.startswith("FAQBOT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set():
    settings = read_settings()
    assert settings.data_dir == Path(".faqbot")
    assert settings.profile == ""
    assert (settings.history_turns, settings.log_level) == (6, "WARNING")


def test_the_data_folder_moves_all_state(monkeypatch, tmp_path):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "state"))
    settings = read_settings()
    for path in (settings.index_dir, settings.cache_dir, settings.history_path):
        assert path.is_relative_to(tmp_path / "state")
    assert len({settings.index_dir, settings.cache_dir, settings.history_path}) == 3


def test_the_environment_comes_before_the_file(monkeypatch):
    Path(".env").write_text("FAQBOT_HISTORY_TURNS=3\nFAQBOT_LOG_LEVEL=INFO\nOTHER=1\n")
    monkeypatch.setenv("FAQBOT_HISTORY_TURNS", "4")
    settings = read_settings()
    assert (settings.history_turns, settings.log_level) == (4, "INFO")


def test_an_empty_variable_is_not_set(monkeypatch):
    monkeypatch.setenv("FAQBOT_DATA_DIR", "")
    monkeypatch.setenv("FAQBOT_HISTORY_TURNS", "")
    assert read_settings() == Settings()
    assert read_settings().data_dir == Path(".faqbot")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAQBOT_HISTORY_TURNS", "51"),
        ("FAQBOT_HISTORY_TURNS", "-1"),
        ("FAQBOT_HISTORY_TURNS", "hunter2"),
        ("FAQBOT_LOG_LEVEL", "hunter2"),
        ("FAQBOT_SLACK_OWNERS", "U0123, hunter2"),
        ("FAQBOT_SLACK_OWNERS", "C0123HUNTER2"),
        ("FAQBOT_SLACK_EDITS_PER_MINUTE", "hunter2"),
        ("DISCORD_SHARDS", "hunter2"),
    ],
)
def test_a_bad_value_is_named_and_not_shown(monkeypatch, name, value):
    """One line with the variable: what it was set to may be a secret in the wrong place."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name}: ") as caught:
        read_settings()
    message = str(caught.value)
    assert "unter2" not in message
    assert "\n" not in message


def test_owners_on_slack_are_people_and_groups_each_once(monkeypatch):
    monkeypatch.setenv("FAQBOT_SLACK_OWNERS", " U01AB, S02CD W03EF,U01AB ")
    assert read_settings().slack_owner_ids == ("U01AB", "S02CD", "W03EF")
    monkeypatch.setenv("FAQBOT_SLACK_OWNERS", "@김담당")
    with pytest.raises(ConfigError, match="neither the id of a person"):
        read_settings()
    monkeypatch.setenv("FAQBOT_SLACK_OWNERS", " ".join(f"U{number:02}" for number in range(51)))
    with pytest.raises(ConfigError, match="more than 50"):
        read_settings()


def test_a_file_that_is_no_text_is_one_clear_line():
    Path(".env").write_bytes(b"FAQBOT_PROFILE=\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"cannot read \.env"):
        read_settings()


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        read_settings().profile = "other"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("FAQBOT_SLACK_CHANNELS", "general", "'general' is a name; give the id, C0123ABCD"),
        ("FAQBOT_SLACK_CHANNELS", "C0123ABCD, #문의", "'#문의' is a name; give the id"),
        ("FAQBOT_THREADS", "asker,general=mention", "holds general=mention, which is no rule"),
        ("DISCORD_SHARDS", "many", "is neither auto nor a number of connections"),
        ("SLACK_API_URL", "slack.com/api", "is no address, which begins with https://"),
        ("FAQBOT_SLACK_CHANNELS", "U0123ABCD", "'U0123ABCD' is no id of a channel; give the id"),
        ("DISCORD_CHANNELS", "질문방", "'질문방' is a name; give the id, a number"),
        ("DISCORD_FORUMS", "0x12", "'0x12' is a name; give the id, a number"),
        ("FAQBOT_DIGEST_TO", "owners", "'owners' is no channel: write slack:C0123ABCD or discord:"),
    ],
)
def test_a_channel_that_is_named_wrong_is_told_with_what_to_write(monkeypatch, name, value, what):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"{name}: {what}"):
        read_settings()
