"""The words of one installation."""

import re
from dataclasses import asdict, is_dataclass

import pytest

from config import profiles
from config.profiles import load_profile, page_texts, profile_chain, synonym_files
from core.errors import ConfigError
from core.text.languages import in_language_of, to_asker
from core.text.safety.sanitize import Cleaner

REFUSAL = "저는 스마트 스토어 FAQ를 위한 챗봇입니다. 스마트 스토어에 대한 질문을 부탁드립니다."


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a profile `mine`: the real one, with lines replaced, beside those of the languages."""
    for language in ("ko", "en"):
        (tmp_path / f"{language}.toml").write_bytes(
            (profiles.PROFILES / f"{language}.toml").read_bytes()
        )
    monkeypatch.setattr(profiles, "PROFILES", tmp_path)

    def write(text):
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")

    return write


KOREAN = (profiles.PROFILES / "ko.toml").read_text(encoding="utf-8")


def replaced(name, line):
    """The real profile with the line of one text replaced."""
    changed, count = re.subn(rf"(?m)^{name} = (\[[^\]]*\]|.*)$", line, KOREAN, count=1)
    assert count == 1
    return changed


def test_the_refusal_is_exact(profile):
    assert profile.refusal == REFUSAL


def test_every_text_of_the_profile_says_something(profile):
    for name in profile.__dataclass_fields__.keys() - {
        "skills",
        "owners",
        "channels",
        "groups",
        "languages",
        "others",
        "tone",
        "contact_question",
    }:
        value = getattr(profile, name)
        for text in asdict(value).values() if is_dataclass(value) else [value]:
            assert text
            assert not isinstance(text, str) or text.strip()
    assert profile.longest_question_characters == 1000
    assert all(isinstance(text, str) for text in profile.examples)


def test_a_bot_of_a_faq_in_two_languages_speaks_both(tmp_path):
    """Its own words in the second one are a table; its name and its owners' words are the same."""
    path = tmp_path / "faqbot.toml"
    path.write_text(
        'extends = "ko-formal"\nname = "별 호텔"\nrefusal = "호텔에 대해 물어 주세요."\n'
        'languages = ["ko", "en"]\nexamples = ["주차장이 있나요?"]\n'
        '[en]\nrefusal = "Please ask about the hotel."\n[en.small_talk]\nthanks = "Anytime."\n'
    )
    profile, english = load_profile(str(path)), load_profile("en-formal")
    assert (profile.language, [*profile.others]) == ("ko", ["en"])
    other = profile.others["en"]
    assert (other.language, other.name, other.refusal) == (
        "en",
        "별 호텔",
        "Please ask about the hotel.",
    )
    assert other.not_found == english.not_found
    assert other.small_talk == {**english.small_talk, "thanks": "Anytime."}
    assert (other.learning_tag, other.teach.call) == (profile.learning_tag, profile.teach.call)
    assert other.examples == profile.examples
    general = path.with_name("general.toml")
    general.write_text('extends = "ko-formal"\nlanguages = ["ko", "en"]\n')
    assert load_profile(str(general)).others["en"].name == english.name
    for text, spoken in {
        "Is there a pool?": other,
        "pool?": other,
        "Gibt es ein Schwimmbad?": other,
        "수영장 pool 있나요?": profile,
        "OTP?": profile,
        "プールはありますか": profile,
        "👍": profile,
    }.items():
        assert in_language_of(profile, text) is spoken, text
    assert in_language_of(load_profile("ko"), "Is there a pool?") == load_profile("ko")
    assert to_asker(load_profile("ko"), "Is there a pool?").case == load_profile("en").case
    assert to_asker(profile, "Is there a pool?") is other
    path.write_text(path.read_text().replace("[en]\nrefusal", "[en]\nrefusel"))
    with pytest.raises(ConfigError, match="refusal"):
        load_profile(str(path))


def test_what_owners_read_can_be_said_otherwise_in_a_second_language(tmp_path):
    path = tmp_path / "faqbot.toml"
    path.write_text(
        'extends = "ko"\nlanguages = ["ko", "en"]\n[teach]\nauthor = "총무팀"\n'
        '[en.teach]\nlearned = "Learnt."\n'
    )
    other = load_profile(str(path)).others["en"]
    assert (other.teach.author, other.teach.learned) == ("총무팀", "Learnt.")
    assert other.teach.call == load_profile("ko").teach.call


def test_there_are_synonyms_beside_the_profile():
    assert synonym_files(profile_chain("smartstore"))
    assert not synonym_files(profile_chain("ko"))


def test_a_profile_of_ones_own_is_read(write):
    write(replaced("name", 'name = "나의 도우미"'))
    assert load_profile("mine").name == "나의 도우미"


def test_a_profile_that_is_not_there_names_those_that_are(write):
    """And only profiles: synonyms are none."""
    write(KOREAN)
    (profiles.PROFILES / "mine.synonyms.toml").write_text("")
    with pytest.raises(
        ConfigError, match=r"set FAQBOT_PROFILE to one of en, ko, mine, or to the path"
    ):
        load_profile("yours")


def test_a_missing_text_is_named(write):
    write(replaced("refusal", "").replace("\nundo = ", "\n# undo = "))
    with pytest.raises(ConfigError, match=r"lacks: refusal, teach\.undo$"):
        load_profile("mine")


@pytest.mark.parametrize(
    ("name", "line", "advice"),
    [
        ("name", 'name = "나"\nrefusl = "오타"', "refusl; did you mean refusal"),
        ("author", 'author = "나"\ncal = "오타"', r"teach\.cal; did you mean teach\.call"),
    ],
)
def test_an_unknown_key_is_named(write, name, line, advice):
    write(replaced(name, line))
    with pytest.raises(ConfigError, match=f"unknown keys: {advice}"):
        load_profile("mine")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("refusal", "refusal = 3"),
        ("greeting", 'greeting = ["안녕"]'),
        ("longest_question_characters", 'longest_question_characters = "천"'),
        ("longest_question_characters", "longest_question_characters = true"),
        ("reasons", 'reasons = "그 밖의 이유"'),
        ("reasons", "reasons = [1, 2]"),
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
    (profiles.PROFILES / "mine.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"cannot read the profile .*mine\.toml"):
        load_profile("mine")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder without a profile."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own(folder, text, name="faqbot.toml"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_korean_and_english_hold_the_same_texts():
    """A sentence that one language lacks would be said in the other."""
    ko, en = ({*profile_chain(name)[0].names} for name in ("ko", "en"))
    assert ko == en


def test_no_english_text_has_korean_in_it_and_no_neutral_one_speaks_of_a_shop():
    for name, foreign in (("en", "[가-힣]"), ("ko", "스마트 ?스토어|네이버|판매자|정산")):
        (file,) = profile_chain(name)
        texts = {name: text for name, text in file.texts.items() if name != "ask_in"}
        for text in (*texts.values(), *file.web.values()):  # of a table, all at once
            assert not re.search(foreign, str(text)), text


def test_a_profile_of_ten_lines_stands_on_the_one_that_it_extends(folder):
    """What it does not say, in a table as well, is said by the base."""
    path = own(
        folder,
        """
        extends = "en"
        name = "Gym helper"
        [teach]
        author = "the trainers"
        [web]
        placeholder = "Ask about the gym"
        """,
        "deep/gym.toml",
    )
    profile = load_profile(str(path))
    assert (profile.name, profile.teach.author) == ("Gym helper", "the trainers")
    assert profile.teach.known == load_profile("en").teach.known
    assert page_texts(profile_chain(str(path)))["placeholder"] == "Ask about the gym"
    assert page_texts(profile_chain(str(path)))["ask"] == "Send"


def test_the_profile_in_the_working_folder_is_found(folder):
    own(folder, 'name = "체육관 도우미"')
    assert load_profile("").name == "체육관 도우미"
    assert load_profile("smartstore").refusal == REFUSAL


def test_profiles_of_ones_own_extend_each_other_by_path(folder):
    own(folder, 'extends = "en"\nname = "A"\ngreeting = "Hi"', "base.toml")
    path = own(folder, 'extends = "base.toml"\nname = "B"', "b.toml")
    profile = load_profile(str(path))
    assert (profile.name, profile.greeting, profile.language) == ("B", "Hi", "en")


def test_a_profile_that_extends_itself_is_refused(folder):
    path = own(folder, 'extends = "faqbot.toml"')
    with pytest.raises(ConfigError, match="itself"):
        load_profile(str(path))


def test_the_facts_of_the_faq_stand_between_the_language_and_the_profile(folder):
    """Hosts add up; the profile's own examples count more than those found in the FAQ."""
    faq = own(
        folder, 'extends = "en"\nlink_hosts = ["a.example"]\nexamples = ["Why?"]', "x/faq.toml"
    )
    assert load_profile("", faq=faq).examples == ("Why?",)
    path = own(folder, 'name = "Mine"\nlink_hosts = ["b.example"]')
    profile = load_profile(str(path), faq=faq)
    assert profile.language == "en"
    assert profile.examples == ("Why?",)
    assert profile.link_hosts == ("a.example", "b.example")
    own(folder, 'examples = ["How?"]')
    assert load_profile("", faq=faq).examples == ("How?",)


def test_a_text_may_fill_in_only_what_it_is_given(folder):
    path = own(folder, 'quoted = "{nmae} asked"')
    with pytest.raises(ConfigError, match=r"`quoted` may name \{name\}"):
        load_profile(str(path))


@pytest.mark.parametrize(
    "link",
    [
        "https://naver.me/GkAbCdEf",
        "https://link.naver.com/bridge?url=https%3A%2F%2Fevil.example",
        "https://blog.naver.com/PostView.naver?blogId=someone",
        "https://help.naver.com/go?url=https://evil.example",
        "https://bit.ly/3abcdef",
    ],
)
def test_the_profile_that_ships_links_to_no_host_that_leads_on_to_others(profile, link):
    """A shortener or a forwarding page of a known company may lead anywhere."""
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    shown = cleaner.clean(f"{link} 에서 확인해 주세요.")
    assert profile.link_left_out in shown
    assert not re.search("naver.me|bridge|blog|evil|bit.ly", shown)
