"""What could be better in a FAQ: each kind is found, and sound entries are left alone."""

from datetime import date

import numpy as np
import pytest

from config.check_words import load_check_words
from core.types import Entry, ProblemKind
from ingest.quality import problems_of

TODAY = date(2026, 11, 29)


def entry(title, text, **fields):
    return Entry(title, title, text, **fields)


def apart(texts):
    """Vectors of texts of which none means what another does."""
    return np.eye(len(texts), dtype=np.float32)


def problems(*entries, first=None, embed=apart):
    """By default every question finds its own entry."""
    own = {text: e.faq_id for e in entries for text in (e.title, *e.questions)}
    look = first or (lambda asked: [own[text] for text in asked])
    return problems_of(entries, first=look, embed=embed, today=TODAY)


def found(*entries, **changes):
    """Kinds and titles."""
    return [(problem.kind, problem.title) for problem in problems(*entries, **changes)]


SOUND = (
    entry("How do I cancel my membership?", "Write to us by the 20th of the month."),
    entry("Where can I park?", "Behind the house, for 2 hours. [Map](https://gym.example/map)"),
    entry("2024년 회원권은 언제까지 쓰나요?", "2026년 12월 31일까지 쓸 수 있습니다."),
    entry("What is CRM?", "CRM (customer relationship management) keeps your contacts."),
    entry("How do I reach you?", "Call 02-555-0199, or write to billing@gym.example."),
    entry("How is a step retried?", "Run `pipelet retry --step NAME`."),
)


def test_a_sound_faq_has_no_findings():
    assert found(*SOUND) == []


@pytest.mark.parametrize(
    ("kind", "title", "text"),
    [
        (ProblemKind.VAGUE_TITLE, "기타 문의", "메일로 물어봐 주세요."),
        (ProblemKind.VAGUE_TITLE, "A?", "네, 됩니다."),
        (ProblemKind.LINK_ONLY, "신청서는 어디에 있나요?", "https://gym.example/form"),
        (ProblemKind.LINK_ONLY, "Where is the form?", "[form](https://gym.example/form)"),
        (ProblemKind.TOO_LONG, "약관은 무엇인가요?", "길게 씁니다. " * 600),
        (ProblemKind.STALE, "행사는 언제인가요?", "2025년 3월 2일까지 합니다."),
        (ProblemKind.STALE, "When does it end?", "It runs until 2026-01-31."),
        (ProblemKind.STALE, "요금은 얼마인가요?", "2023년 기준으로 3만원입니다."),
        (ProblemKind.PERSONAL_DATA, "담당자는 누구인가요?", "010-1234-5678로 전화하세요."),
        (ProblemKind.PERSONAL_DATA, "Who helps me?", "Write to jane.doe@gym.example."),
        (ProblemKind.PLACEHOLDER, "Where is my order?", "Look at {{order.tracking_url}} for it."),
        (ProblemKind.ABBREVIATION, "How do I set up SSO?", "Ask your admin for SSO."),
    ],
)
def test_a_finding_names_its_entry(kind, title, text):
    assert found(entry(title, text)) == [(kind, title)]


def test_an_entry_that_was_not_changed_for_years_is_stale():
    assert found(entry("Can I pay by card?", "Yes.", updated="2023-05-01")) == [
        (ProblemKind.STALE, "Can I pay by card?")
    ]


def test_the_same_question_with_another_number_is_a_contradiction():
    one = entry("배송비는 얼마인가요?", "3,500원입니다.")
    other = entry("배송비는 얼마입니까?", "2,500원입니다.")
    assert (ProblemKind.CONTRADICTION, other.title) in found(one, other)
    same = entry("배송비는 얼마인가요??", "배송비는 3500원입니다.")
    assert ProblemKind.CONTRADICTION not in dict(found(one, same))


def test_a_contradiction_names_the_numbers_that_differ():
    one = entry("주차 요금은 얼마인가요?", "1시간에 2,000원이고 12대까지 세웁니다.")
    other = entry("주차 요금은 얼마입니까?", "1시간에 3,000원이고 12대까지 세웁니다.")
    (problem,) = problems(one, other)
    assert (problem.values["mine"], problem.values["others"]) == ("3000", "2000")


def test_entries_that_say_the_same_are_near_duplicates():
    text = "회원권은 데스크에서 신분증을 보여 주시면 바로 만들어 드립니다. 사진은 그때 찍습니다."
    one, other = entry("회원권은 어떻게 만드나요?", text), entry("등록하려면?", text)
    assert (ProblemKind.NEAR_DUPLICATE, other.title) in found(one, other)


def test_an_entry_that_another_hides_is_named_with_its_rival():
    one = entry("환불은 언제 되나요?", "3일 뒤입니다.", questions=("돈은 언제 와요?",))
    other = entry("주차는 되나요?", "네.")
    rival = {"환불은 언제 되나요?": one.title, "돈은 언제 와요?": other.title}
    (problem,) = problems(one, other, first=lambda asked: [rival.get(t, t) for t in asked])
    assert (problem.kind, problem.title) == (ProblemKind.NOT_FOUND, one.title)
    assert problem.other == other.faq_id
    words = load_check_words("en")
    text = "asked “돈은 언제 와요?”, “주차는 되나요?” comes first (1 of 2 ways to ask it)"
    assert words.text(problem) == text


def test_entries_that_ask_the_same_in_other_words_are_near_duplicates(encoder):
    """Told by titles and answers together; other numbers are named."""
    entries = [
        entry("수건을 더 받을 수 있나요?", "프런트에 말씀하시면 더 드립니다."),
        entry("입실은 몇 시부터예요?", "객실에는 오후 2시부터 들어가실 수 있습니다."),
        entry("방에는 몇 시에 들어갈 수 있어요?", "오후 4시부터 객실에 들어가실 수 있습니다."),
        entry("주차할 수 있나요?", "건물 뒤에 차를 세울 수 있습니다."),
        entry("와이파이 비밀번호는 무엇인가요?", "방 안의 카드에 적혀 있습니다."),
    ]
    (problem,) = problems(*entries, embed=encoder.embed)
    assert (problem.form, problem.title) == ("meaning_numbers", entries[2].title)
    assert (problem.other, problem.values["mine"]) == (entries[1].faq_id, "4")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_finding_has_words(language):
    words = load_check_words(language)
    assert "31" in words.sound.format(entries="31")
    text = "회원권은 데스크에서 신분증을 보여 주시면 바로 만들어 드립니다. 사진은 그때 찍습니다."
    entries = [
        entry("기타", "https://gym.example/form"),
        entry("제 주문은 어디쯤 왔나요?", "{{order.url}}에서 봅니다."),
        entry("배송비는 얼마인가요?", "3,500원입니다. 2020-01-02까지 받습니다."),
        entry("배송비는 얼마입니까?", "2,500원입니다."),
        entry("회원권은 어떻게 만드나요?", text),
        entry("SSO로 등록하려면?", text),
        entry("환불은 언제 되나요?", "3일 뒤입니다. 010-1234-5678로 전화하세요. " * 200),
        entry("환불은 언제 되나요", "2019년에 바뀌었습니다."),
        entry("개관일은 언제인가요?", "월요일입니다.", updated="2020-05-01"),
    ]
    listed = problems(*entries, first=lambda asked: ["", *[entries[0].faq_id] * (len(asked) - 1)])
    assert {problem.kind for problem in listed} == set(ProblemKind)
    for problem in listed:
        told = words.text(problem)
        assert told
        assert "{" not in told.replace("{{order.url}}", "")
        assert words.advice(problem)


def test_both_languages_have_words_for_the_same_findings():
    korean, english = load_check_words("ko"), load_check_words("en")
    assert korean.sentences.keys() == english.sentences.keys()
