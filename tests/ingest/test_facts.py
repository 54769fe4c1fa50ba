"""What a FAQ says about itself."""

from config.profiles import load_profile
from core.types import Entry
from ingest.facts import examples_of, hosts_of, language_of, write_facts

ENTRIES = [
    Entry("1", "How do I cancel?", "See https://help.gym.example/cancel, or [the form](https://forms.example/x)."),
    Entry("2", "Where can I park?", "Behind the house. http://user@evil.example@x ok https://[broken"),
    Entry("3", "Prices", "30 a month"),
    Entry("4", "When are you open?", "At 6."),
]  # fmt: skip


def test_the_language_hosts_and_examples_come_from_the_entries():
    assert language_of(ENTRIES) == "en"
    assert language_of([Entry("1", "몇 시에 여나요?", "6시"), *ENTRIES[:2]]) == "ko"
    assert list(hosts_of(ENTRIES))[:2] == ["help.gym.example", "forms.example"]
    assert examples_of(ENTRIES) == ["How do I cancel?", "Where can I park?", "When are you open?"]


def test_titles_of_a_word_are_examples_where_there_are_no_questions():
    entries = [
        Entry(title, title, "…") for title in ("환불", "주차", "트레이너 변경", "락커", "PT")
    ]
    assert examples_of(entries) == ["트레이너 변경", "환불", "주차"]


def test_nothing_that_is_for_a_group_alone_becomes_an_example(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    closed = Entry("9", "How much is the bonus?", "A lot", category="HR > Pay")
    write_facts([closed, *ENTRIES], tmp_path / "faq.toml", closed=("HR > Pay",))
    examples = load_profile("", faq=tmp_path / "faq.toml").examples
    assert closed.title not in examples
    assert examples[0] == "How do I cancel?"


def test_a_faq_in_two_languages_has_examples_in_both(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    titles = ["어떻게 해지하나요?", "주차는 어디에 하나요?", "언제 여나요?"]
    korean = [Entry(title, title, "네, 안내해 드릴게요.") for title in titles]
    write_facts([*korean, *ENTRIES], tmp_path / "faq.toml")
    profile = load_profile("", faq=tmp_path / "faq.toml")
    assert profile.language == "ko"
    assert profile.examples == tuple(titles)
    assert profile.others["en"].examples == tuple(examples_of(ENTRIES))


def test_the_facts_are_a_profile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "new" / "faq.toml"
    write_facts(ENTRIES, path)
    profile = load_profile("", faq=path)
    assert profile.language == "en"
    assert "help.gym.example" in profile.link_hosts
    write_facts(ENTRIES, path, known="smartstore")
    assert "스마트 스토어" in load_profile("", faq=path).refusal
