"""What could be better in a FAQ: each kind is found, and sound entries are left alone."""

from datetime import date

import pytest

from core.types import Entry
from ingest.quality import ProblemKind, problems_of

TODAY = date(2026, 11, 29)


def entry(title, text, **fields):
    return Entry(title, title, text, **fields)


def found(*entries, first=None):
    """Kinds and titles; by default every question finds its own entry."""
    own = {text: e.title for e in entries for text in (e.title, *e.questions)}
    look = first or (lambda asked: [own[text] for text in asked])
    return [(problem.kind, problem.title) for problem in problems_of(entries, look, TODAY)]


SOUND = (
    entry("How do I cancel my membership?", "Write to us by the 20th of the month."),
    entry("Where can I park?", "Behind the house, for 2 hours. [Map](https://gym.example/map)"),
    entry("2024년 회원권은 언제까지 쓰나요?", "2026년 12월 31일까지 쓸 수 있습니다."),
    entry("What is CRM?", "CRM (customer relationship management) keeps your contacts."),
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


def test_entries_that_say_the_same_are_near_duplicates():
    text = "회원권은 데스크에서 신분증을 보여 주시면 바로 만들어 드립니다. 사진은 그때 찍습니다."
    one, other = entry("회원권은 어떻게 만드나요?", text), entry("등록하려면?", text)
    assert (ProblemKind.NEAR_DUPLICATE, other.title) in found(one, other)


def test_an_entry_that_another_hides_is_named_with_its_rival():
    one = entry("환불은 언제 되나요?", "3일 뒤입니다.", questions=("돈은 언제 와요?",))
    other = entry("주차는 되나요?", "네.")
    rival = {"환불은 언제 되나요?": one.title, "돈은 언제 와요?": other.title}
    problems = problems_of([one, other], lambda asked: [rival.get(t, t) for t in asked], TODAY)
    (problem,) = problems
    assert (problem.kind, problem.title) == (ProblemKind.NOT_FOUND, one.title)
    assert "'주차는 되나요?' comes first" in problem.text
    assert problem.advice
