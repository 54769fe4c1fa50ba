"""Questions of pages that are no headings: boxes, lists, and tables below headings."""

import pytest

from ingest.sources.load import load

BOXES = {
    "named boxes": (
        '<div class="faq-item"><div class="faq-question">{q}</div>'
        '<div class="faq-answer"><p>{a}</p></div></div>'
    ),
    "the parts of an accordion": (
        '<div class="accordion__item"><div class="accordion__header">'
        '<span class="accordion__title">{q}</span></div>'
        '<div class="accordion__panel">{a}</div></div>'
    ),
    "a list with marks": (
        '<ul><li><a class="q"><em>Q</em> {q}</a><div class="a"><em>A</em> {a}</div></li></ul>'
    ),
    "a mark in the text itself": '<button aria-controls="a">Q {q}</button><div>{a}</div>',
    "accordions in a list": "<ul><li><details><summary>{q}</summary>{a}</details></li></ul>",
}
PAIRS = [("Is there Wi-Fi", "Yes, in all rooms."), ("Are dogs allowed?", "Small ones are.")]


@pytest.mark.parametrize("name", BOXES)
def test_boxes_that_are_called_questions_are_entries(tmp_path, name):
    path = tmp_path / "faq.html"
    boxes = "".join(BOXES[name].format(q=question, a=answer) for question, answer in PAIRS)
    path.write_text(f"<h1>FAQ</h1>{boxes}", encoding="utf-8")
    assert [(row.title, row.answer) for row in load(path).rows] == PAIRS


def test_one_box_beside_a_list_of_definitions_is_a_question_too(tmp_path):
    path = tmp_path / "faq.html"
    (first, told), (second, said) = PAIRS
    path.write_text(
        f"<h1>FAQ</h1><dl><dt>{first}</dt><dd>{told}</dd></dl>"
        f'<div class="faq_q">{second}</div><div class="faq_a">{said}</div>',
        encoding="utf-8",
    )
    assert [(row.title, row.answer) for row in load(path).rows] == PAIRS


def test_a_box_around_a_question_and_its_answer_is_not_the_question(tmp_path):
    path = tmp_path / "faq.html"
    one = '<div class="question"><h3>{0}?</h3><div class="answer">{0} is right.</div></div>'
    path.write_text(one.format("This") + one.format("That"), encoding="utf-8")
    assert [(row.title, row.answer) for row in load(path).rows] == [
        ("This?", "This is right."),
        ("That?", "That is right."),
    ]


def test_questions_in_the_items_of_a_list_are_entries(tmp_path):
    path = tmp_path / "faq.md"
    path.write_text(
        "# 사내 FAQ\n\n"
        "- Q. 법인카드는 누가 쓰나요?\n  A. 승인을 받은 사람이 씁니다.\n"
        "- **Q: 출장비는요?**\n  - A: 하루 5만 원입니다.\n",
        encoding="utf-8",
    )
    assert [(row.title, row.answer) for row in load(path).rows] == [
        ("법인카드는 누가 쓰나요?", "승인을 받은 사람이 씁니다."),
        ("출장비는요?", "하루 5만 원입니다."),
    ]


def test_the_heading_above_a_table_is_the_category_of_its_rows(tmp_path):
    path = tmp_path / "faq.md"
    table = "| 질문 | 답변 |\n|---|---|\n| 통금이 있나요? | 새벽 1시부터입니다. |\n"
    fields = "---\ncategory: 기숙사\nurl: https://dorm.example.com/faq\n---\n"
    path.write_text(f"{fields}# 안내\n\n## 생활\n\n{table}", encoding="utf-8")
    (row,) = load(path).rows
    assert (row.category, row.url) == ("기숙사 > 생활", "https://dorm.example.com/faq")
