"""The words of one installation."""

import re

import pytest

from config import resources
from config.resources import load_profile, synonyms_path
from core.errors import ConfigError

REFUSAL = "저는 스마트 스토어 FAQ를 위한 챗봇입니다. 스마트 스토어에 대한 질문을 부탁드립니다."


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a profile `mine`: the real one, with lines replaced, in a folder of its own."""
    monkeypatch.setattr(resources, "PROFILES", tmp_path)
    real = (synonyms_path("x").parent / "x").parent  # the patched folder
    assert real == tmp_path

    def write(text):
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")

    return write


SMARTSTORE = (resources.PROFILES / "smartstore.toml").read_text(encoding="utf-8")


def replaced(name, line):
    """The real profile with the line of one text replaced."""
    changed, count = re.subn(rf"(?m)^{name} = (\[[^\]]*\]|.*)$", line, SMARTSTORE)
    assert count == 1
    return changed


def test_the_refusal_is_exact(profile):
    assert profile.refusal == REFUSAL


def test_every_text_of_the_profile_says_something(profile):
    for name in profile.__dataclass_fields__:
        value = getattr(profile, name)
        assert value
        assert not isinstance(value, str) or value.strip()
    assert profile.longest_question_characters == 1000
    assert all(isinstance(text, str) for text in profile.examples)


def test_there_are_synonyms_beside_the_profile():
    assert synonyms_path("smartstore").is_file()


def test_a_profile_of_ones_own_is_read(write):
    write(replaced("name", 'name = "나의 도우미"'))
    assert load_profile("mine").name == "나의 도우미"


def test_a_profile_that_is_not_there_names_those_that_are(write):
    """And only profiles: synonyms are none."""
    write(SMARTSTORE)
    (resources.PROFILES / "mine.synonyms.toml").write_text("")
    with pytest.raises(ConfigError, match=r"set FAQBOT_PROFILE to one of mine$"):
        load_profile("yours")


def test_a_missing_text_is_named(write):
    write(replaced("refusal", ""))
    with pytest.raises(ConfigError, match=r"lacks: refusal$"):
        load_profile("mine")


def test_an_unknown_key_is_named(write):
    write(replaced("name", 'name = "나"\nrefusl = "오타"'))
    with pytest.raises(ConfigError, match=r"unknown keys: refusl$"):
        load_profile("mine")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("refusal", "refusal = 3"),
        ("greeting", 'greeting = ["안녕"]'),
        ("longest_question_characters", 'longest_question_characters = "천"'),
        ("longest_question_characters", "longest_question_characters = true"),
        ("examples", 'examples = "정산은 언제 되나요?"'),
        ("examples", "examples = [1, 2]"),
    ],
)
def test_a_text_of_the_wrong_kind_is_named(write, name, line):
    """A text in place of a list would be taken letter by letter."""
    write(replaced(name, line))
    with pytest.raises(ConfigError, match=rf"mine\.toml.*{name}") as caught:
        load_profile("mine")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"name = [", b"name = '\xff'"])
def test_a_file_that_is_no_toml_is_named(write, data):
    write("")
    (resources.PROFILES / "mine.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"cannot read the profile .*mine\.toml"):
        load_profile("mine")
