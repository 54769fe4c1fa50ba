"""`[[owners]]` of a profile: who is called to which questions, and when they work."""

from datetime import date, time

import pytest

from config.profiles import load_profile
from core.errors import ConfigError
from core.profile import Owner


def owners_of(tmp_path, text):
    own = tmp_path / "own.toml"
    own.write_text(f'extends = "ko"\n{text}', encoding="utf-8")
    return load_profile(str(own)).owners


def test_owners_are_read_with_their_topics_and_hours(tmp_path):
    text = """
    [[owners]]
    name = "정산팀"
    contacts = ["slack:S0123", "discord:role:77"]
    topics = ["정산", "세금계산서"]
    hours = "mon-fri 09:00-18:00"
    zone = "Asia/Seoul"
    away = ["2026-12-25", "2026-12-31..2027-01-01"]
    reminder_h = 2
    calls_a_day = 5
    """
    (owner,) = owners_of(tmp_path, text)
    assert owner == Owner(
        "정산팀",
        ("slack:S0123", "discord:role:77"),
        ("정산", "세금계산서"),
        (0, 1, 2, 3, 4),
        time(9),
        time(18),
        "Asia/Seoul",
        (date(2026, 12, 25), date(2026, 12, 31), date(2027, 1, 1)),
        2.0,
        5,
    )
    assert owner.on("slack") == ("S0123",)
    assert owner.on("discord") == ("role:77",)


def test_without_hours_an_owner_is_always_called(tmp_path):
    (owner,) = owners_of(tmp_path, '[[owners]]\nname = "가"\ncontacts = ["discord:5"]')
    assert owner.days == (0, 1, 2, 3, 4, 5, 6)
    assert owner.opens == owner.closes == time(0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("owners = 3", "tables"),
        ('[[owners]]\ncontacts = ["slack:U123"]', "needs a `name`"),
        ('[[owners]]\nname = "가"', "contacts"),
        ('[[owners]]\nname = "가"\ncontacts = ["@minsu"]', "'@minsu'"),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\nhours = "9-18"', "mon-fri 09:00"),
        (
            '[[owners]]\nname = "가"\ncontacts = ["discord:5"]\nhours = "mon-abc 09:00-18:00"',
            "mon-",
        ),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\nhours = "mon 09:00-25:00"', "mon-fri"),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\nzone = "Seoul"', "Asia/Seoul"),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\naway = ["내일"]', "2026-12-25"),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\ncalls_a_day = 0', "above 0"),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\ntopic = ["나"]', "`topic`"),
        ('[[owners]]\nname = "가"\ncontacts = ["discord:5"]\n' * 2, "same name"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_write(tmp_path, text, said):
    with pytest.raises(ConfigError, match=r"own\.toml") as raised:
        owners_of(tmp_path, text)
    assert said in str(raised.value)
