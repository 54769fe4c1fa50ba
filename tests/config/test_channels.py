"""The `[[channels]]` and `[[groups]]` of a profile, and what is said where they are wrong."""

import pytest

from config.profiles import load_profile
from core.errors import ConfigError

RIGHT = """
extends = "ko"
[[owners]]
name = "인사팀"
contacts = ["slack:U0123"]
[[channels]]
name = "인사방"
places = ["slack:C0123", "discord:tag:77", "web:hr"]
categories = ["인사"]
owners = ["인사팀"]
answers = "private"
not_found = "인사팀에 물어봐 주세요."
[[groups]]
name = "팀장"
members = ["slack:S0123", "discord:role:5", "web:alice"]
categories = ["인사 > 급여"]
"""


def profile(tmp_path, text):
    path = tmp_path / "faqbot.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(str(path))


def test_channels_and_groups_are_read(tmp_path):
    read = profile(tmp_path, RIGHT)
    (channel,), (group,) = read.channels, read.groups
    assert (channel.places[1], channel.categories, channel.private) == (
        "discord:tag:77",
        ("인사",),
        True,
    )
    assert group.members == ("slack:S0123", "discord:role:5", "web:alice")
    assert read.closed_categories == ("인사 > 급여",)


def test_a_channel_speaks_its_own_words_and_else_those_of_the_profile(tmp_path):
    read = profile(tmp_path, RIGHT)
    there = read.spoken_in(read.channels[0])
    assert (there.not_found, there.greeting) == ("인사팀에 물어봐 주세요.", read.greeting)
    assert read.spoken_in(None) is read


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('"slack:C0123"', '"#인사"', 'written as "slack:C0123"'),
        ('"slack:S0123"', '"S0123"', "members` are written as"),
        ('owners = ["인사팀"]', 'owners = ["총무팀"]', r"names the owner '총무팀'"),
        ('answers = "private"', 'answers = "secret"', '"public" or "private"'),
        ('name = "인사방"\n', "", "needs a `name`"),
        ("not_found =", "notfound =", "`notfound` is not known"),
        ('categories = ["인사 > 급여"]', "", "must name those that are for it alone"),
        ('categories = ["인사"]', 'categories = "인사"', "must be a list of texts"),
    ],
)
def test_what_is_wrong_is_named_with_how_it_is_written(tmp_path, right, wrong, message):
    assert right in RIGHT
    with pytest.raises(ConfigError, match=message):
        profile(tmp_path, RIGHT.replace(right, wrong))
