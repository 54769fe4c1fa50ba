"""`faqbot init`: a profile and settings of one's own, from a FAQ and a few words."""

import csv
import io
import re
import shlex
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from openpyxl import Workbook

from bots.cli.app import main
from bots.cli.faq.init import Wishes, init
from config.profiles import load_profile
from config.settings import Settings, read_settings
from core.errors import ConfigError, SourceError

ROOT = Path(__file__).parents[4]
FAQ = """question,answer,category,url
How do I cancel my membership?,Write to us.,Membership,https://help.gym.example/cancel
Can I freeze my membership?,"Yes, for 2 months.",Membership,
Where can I park?,"Behind the house, see https://maps.example/x.",Visit,
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gym faq.csv").write_text(FAQ, encoding="utf-8")
    return tmp_path


def type_in(monkeypatch, *said):
    """Have these lines typed on a terminal, and then its end."""
    typed = io.StringIO("".join(f"{line}\n" for line in said))
    typed.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", typed)


def run(wishes, **options):
    settings = Settings(data_dir="data")
    return init(settings, wishes, **({"ask": False, "force": False} | options))


def test_what_was_not_said_comes_from_the_faq(folder, capsys):
    assert (
        run(Wishes(subject="Stella Gym", source="gym faq.csv", owners="U0123ABCD,U0123EFGH")) == 0
    )
    profile = load_profile("")
    assert (profile.language, profile.name) == ("en", "Stella Gym assistant")
    assert "Stella Gym" in profile.refusal
    assert "Stella Gym" in profile.greeting
    assert profile.examples[0] == "How do I cancel my membership?"
    assert profile.link_hosts == ("help.gym.example", "maps.example")
    assert [(theme.about, theme.ask) for theme in profile.themes] == [
        (("Membership",), "How do I cancel my membership?"),
        (("Visit",), "Where can I park?"),
    ]
    assert len(tomllib.loads((folder / "faqbot.toml").read_text("utf-8"))) <= 9
    assert "faqbot ingest 'gym faq.csv'" in capsys.readouterr().out
    settings = read_settings()
    assert (settings.source, settings.slack_owners) == ("gym faq.csv", "U0123ABCD,U0123EFGH")
    assert (folder / ".env").stat().st_mode & 0o077 == 0


def test_a_korean_bot_for_another_faq_says_nothing_about_a_shop(folder):
    run(Wishes(subject="한빛의원", language="ko", tone="formal"))
    profile = load_profile("")
    assert (
        profile.refusal
        == "저는 한빛의원 FAQ를 위한 챗봇입니다. 한빛의원에 대한 질문을 부탁드립니다."
    )
    assert profile.greeting.startswith("안녕하십니까")
    assert profile.tone.startswith("격식을 갖춘")
    for name in profile.__dataclass_fields__:
        assert "스토어" not in str(getattr(profile, name))


def test_a_faq_in_two_languages_speaks_of_its_subject_in_both(folder):
    (folder / "hotel.csv").write_text(
        "질문,답변,Question,Answer\n"
        "주차장이 있나요?,지하에 있습니다.,Is there a car park?,In the basement of the house.\n"
        "수영장은 무료인가요?,투숙객은 무료입니다.,Is the pool free?,It is free for our guests.\n",
        encoding="utf-8",
    )
    run(Wishes(subject="Stella", source="hotel.csv", tone="formal"))
    profile = load_profile("")
    english = profile.others["en"]
    assert (profile.language, profile.name, english.name) == (
        "ko",
        "Stella 도우미",
        "Stella assistant",
    )
    for said in (profile.refusal, profile.greeting, english.refusal, english.greeting):
        assert "Stella" in said
    assert english.refusal.isascii()
    assert english.not_found == load_profile("en-formal").not_found
    run(Wishes(subject="Stella", name="스텔라", source="hotel.csv"), force=True)
    assert load_profile("").others["en"].name == "스텔라"


def test_nothing_is_written_over(folder):
    (folder / ".env").write_text("FAQBOT_WEB=off\n", encoding="utf-8")
    run(Wishes(subject="A", language="en"))
    assert (folder / ".env").read_text(encoding="utf-8") == "FAQBOT_WEB=off\n"
    assert (folder / ".env.sample").exists()
    with pytest.raises(ConfigError, match="--force"):
        run(Wishes(subject="B", language="en"))
    run(Wishes(subject="B", language="en"), force=True)
    assert load_profile("").name == "B assistant"


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (Wishes(language="fr"), "there are"),
        (Wishes(tone="rude"), "there are"),
        (Wishes(owners="Dana"), "neither the id of a person"),
    ],
)
def test_an_unknown_wish_is_named(folder, wishes, told):
    with pytest.raises(ConfigError, match=told):
        run(wishes)
    assert not (folder / "faqbot.toml").exists()


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_readme_brings_a_faq_from_an_empty_folder_as_it_is_written(
    tmp_path, monkeypatch, page, capsys
):
    """Every line of its block but the conversation, which waits for somebody."""
    monkeypatch.chdir(tmp_path)
    book = Workbook()
    for row in csv.reader(io.StringIO(FAQ)):
        book.active.append(row)
    book.save("my_faq.xlsx")
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("faqbot init my_faq"))
    block = lines[start : lines.index("```", start)]
    commands = [shlex.split(line, comments=True)[1:] for line in block]
    assert [command[0] for command in commands] == ["init", "ingest", "check", "eval", "chat"]
    for command in commands[:-1]:
        assert main(command) == 0, (command, capsys.readouterr().err)
    assert load_profile("").refusal == load_profile("en").refusal  # nobody said what it is about


def test_the_columns_that_were_said_are_kept_for_every_ingest(folder, capsys):
    rows = "Ask,Say to guests,Say to staff\n" + "".join(
        f"Is there a {what}?,The {what} is open to all guests.,The {what} needs care and time.\n"
        for what in ("pool", "sauna")
    )
    (folder / "inn.csv").write_text(rows, encoding="utf-8")
    assert main(["init", "inn.csv", "--yes"]) == 1
    assert "--map question=…,answer=…" in capsys.readouterr().err
    assert main(["init", "inn.csv", "--yes", "--map", "answer=Say to guests"]) == 0
    assert load_profile("").examples == ("Is there a pool?", "Is there a sauna?")
    assert read_settings().source_columns == "answer=Say to guests"
    capsys.readouterr()
    assert main(["ingest", "inn.csv", "--dry-run"]) == 0
    assert "answer from 'Say to guests'" in capsys.readouterr().out


def test_a_formal_bot_speaks_formally_wherever_people_who_ask_read_it():
    """Every text of the friendly style (-요) that they read has its formal one."""
    formal = load_profile("ko-formal")
    style = re.compile(r"[가-힣](?<!까)(?:요|죠)(?=[.!?…\s]|$)")
    texts = asdict(formal)
    left = {name for name, text in texts.items() if isinstance(text, str) and style.search(text)}
    assert left <= {"sample_faq"}
    left = {
        (table, name)
        for table in ("feedback", "home", "command", "teach", "entry", "case", "model", "init")
        for name, text in texts[table].items()
        if isinstance(text, str) and style.search(text)
    }
    buttons = {("teach", name) for name in ("offer_leave", "still_right", "will_edit", "remove")}
    assert left <= buttons | {("case", "take")}
    assert load_profile("en-formal").greeting.startswith("Welcome.")


def test_the_dialogue_asks_again_until_the_faq_can_be_read(folder, monkeypatch, capsys):
    """Its columns are asked for where they are unclear, and an unknown choice is asked for anew."""
    rows = "Ask,Say to guests,Say to staff\n" + "".join(
        f"Is there a {what}?,The {what} is open to all guests.,The {what} needs care and time.\n"
        for what in ("pool", "sauna")
    )
    (folder / "inn.csv").write_text(rows, encoding="utf-8")
    said = ["inn.xlsx", "inn.csv", "answer=Say to guests", "The Inn", "", "fr", "en", "formal"]
    type_in(monkeypatch, *said, "Dana", "U0123ABCD")
    assert run(Wishes(), ask=True) == 0
    out = capsys.readouterr().out
    assert "the list of owners holds what is neither" in out
    assert "inn.xlsx: no such file" in out
    assert "2 entries can be read." in out
    assert "There are ko and en." in out
    profile = load_profile("")
    assert (profile.name, profile.language) == ("The Inn assistant", "en")
    assert profile.greeting.startswith("Welcome.")
    settings = read_settings()
    assert settings.source_columns == "answer=Say to guests"
    assert settings.slack_owner_ids == ("U0123ABCD",)


@pytest.mark.parametrize("typed", ["'gym faq.csv'", r"gym\ faq.csv", "~/gym faq.csv"])
def test_the_dialogue_takes_a_path_as_terminals_and_people_write_it(folder, monkeypatch, typed):
    monkeypatch.setenv("HOME", str(folder))
    type_in(monkeypatch, typed, "", "", "", "", "")
    assert run(Wishes(), ask=True) == 0
    assert load_profile("").examples[0] == "How do I cancel my membership?"
    assert main(["ingest", read_settings().source, "--dry-run"]) == 0


@pytest.mark.parametrize("said", [(), ("gym faq.csv", "Stella Gym")])
def test_who_stops_the_dialogue_has_written_nothing(folder, monkeypatch, capsys, said):
    type_in(monkeypatch, *said)
    assert main(["init"]) == 130
    assert capsys.readouterr().err.strip() == "faqbot: stopped; nothing was changed"
    assert sorted(one.name for one in folder.iterdir()) == ["gym faq.csv"]


def test_a_faq_without_a_usable_row_is_named_and_nothing_is_written(folder):
    (folder / "empty.csv").write_text("질문,답변\n환불되나요?,\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"none of its 1 rows can be used.*the answer is empty"):
        run(Wishes(source="empty.csv"))
    assert not (folder / "faqbot.toml").exists()


def test_who_brings_a_faq_in_another_language_is_told_what_the_bot_speaks(folder, capsys):
    (folder / "faq.csv").write_text(
        "質問,回答\n駐車場はありますか？,はい、20台分の無料駐車場があります。\n"
        "朝食は何時からですか？,7時から10時までです。\n",
        encoding="utf-8",
    )
    assert run(Wishes(source="faq.csv")) == 0
    assert "The FAQ is in the language 'ja'" in capsys.readouterr().out
