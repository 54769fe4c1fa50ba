"""Folders of pages as sites have them: menus, settings, parts and pictures are no entries."""

import io
import zipfile

import pytest

from ingest.sources.load import load

PAGE_ID = "0123456789abcdef0123456789abcdef"


def folder(path, files):
    for name, text in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return load(path)


def test_a_site_s_menu_settings_and_parts_are_no_entries_and_are_named(tmp_path):
    loaded = folder(
        tmp_path,
        {
            "package.json": '{"name": "docs", "description": "Our docs", "version": "1.0.0"}',
            "netlify.toml": 'title = "Docs"\n[build]\ncommand = "make"\n',
            "docs/_category_.json": '{"label": "FAQ", "position": 1}',
            "docs/SUMMARY.md": "# Pages\n\n* [Start](start.md)\n\n## B\n\n* [Pay](b/pay.md)",
            "docs/start.md": "# How do I start?\n\nRun it.",
            "docs/b/pay.md": "# How do I pay?\n\nBy card.\n\n---\n",
            "docs/b/_contact.mdx": "Write to us.",
        },
    )
    assert [(row.title, row.answer, row.category) for row in loaded.rows] == [
        ("How do I pay?", "By card.", "b"),
        ("How do I start?", "Run it.", ""),
    ]
    named = {one.position: one.reason for one in loaded.skipped}
    assert sorted(named) == [
        "docs/SUMMARY.md",
        "docs/_category_.json",
        "netlify.toml",
        "package.json",
    ]
    assert named["docs/SUMMARY.md"].startswith("a list of other pages")
    assert named["package.json"] == "settings of the pages beside it"
    assert "text that other pages include" in loaded.remarks[0].text


def test_a_page_that_leads_to_the_web_is_an_entry(tmp_path):
    files = {"a.md": "# Where is the map?\n\n[Here](https://a.example)", "b.md": "# Why?\n\nSo."}
    assert [row.title for row in folder(tmp_path, files).rows] == ["Where is the map?", "Why?"]


@pytest.mark.parametrize("inside", ["주문", f"주문 {PAGE_ID}"])
def test_the_list_of_notion_s_pages_is_known_however_their_folder_is_called(tmp_path, inside):
    page = "# 단체 주문이 되나요?\n\n하루 전에 알려 주세요.\n\n![주문.png](a/image.png)\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as export:
        export.writestr(f"주문 {PAGE_ID}_all.csv", "이름,분류\n단체 주문이 되나요?,주문\n")
        export.writestr(f"{inside}/단체 주문 {PAGE_ID}.md", page)
    (tmp_path / "Export.zip").write_bytes(made.getvalue())
    loaded = load(tmp_path / "Export.zip")
    assert [row.answer for row in loaded.rows] == ["하루 전에 알려 주세요."]
    assert [one.reason for one in loaded.skipped] == [
        "the list of the pages in the folder beside it, which are read themselves"
    ]
    assert "a picture not on the web" in loaded.remarks[-1].text


def test_a_picture_s_caption_is_text_and_a_telephone_number_stands_once(tmp_path):
    page = (
        '# How?\n\n<figure><img src="a.png" alt=""><figcaption><p>Two steps</p></figcaption>'
        '</figure>\n\nCall <a href="tel:19001234">1900 1234</a>.'
    )
    (row,) = folder(tmp_path, {"a.md": page}).rows
    assert row.answer == "Two steps\n\nCall 1900 1234."


def test_numbered_lines_of_a_text_are_questions_though_one_does_not_ask(tmp_path):
    text = (
        "[회원]\n1. 탈퇴는 어떻게 하나요?\n → 설정에서 합니다.\n2. 아이디를 잊어버렸어요.\n"
        " → 아이디 찾기를 누릅니다.\n\n[결제]\n3. 기한이 있나요?\n → 사흘입니다.\n"
    )
    loaded = folder(tmp_path, {"faq.txt": text})
    assert [(row.title, row.category) for row in loaded.rows] == [
        ("탈퇴는 어떻게 하나요?", "회원"),
        ("아이디를 잊어버렸어요.", "회원"),
        ("기한이 있나요?", "결제"),
    ]


def test_steps_of_an_answer_are_no_questions(tmp_path):
    text = "How do I pay?\n1. Open it.\n2. Pay.\n\nIs it safe?\n1. Yes.\n2. It is.\n"
    rows = folder(tmp_path, {"faq.txt": text}).rows
    assert [row.title for row in rows] == ["How do I pay?", "Is it safe?"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("Q：", "A："), ("質問：", "回答："), ("Hỏi:", "Đáp:"), ("Pregunta:", "Respuesta:")],
)
def test_marks_of_other_languages_are_no_part_of_the_texts(tmp_path, asked, answered):
    text = f"{asked} 営業時間は？\n{answered} 10時から。\n\n{asked} 駐車場は？\n{answered} 裏に。\n"
    rows = folder(tmp_path, {"faq.txt": text}).rows
    assert [(row.title, row.answer) for row in rows] == [
        ("営業時間は？", "10時から。"),
        ("駐車場は？", "裏に。"),
    ]


def test_one_question_of_a_numbered_page_may_be_no_heading(tmp_path):
    page = "# FAQ\n\n## Visits\n\n**Q1. May I come?**\n\nA: Yes.\n\n**Q2. When?**\n\nA: At ten.\n"
    page += "\n## Other\n\nQ3) Is it free?\n\nA3) On Sundays.\n"
    rows = folder(tmp_path, {"a.md": page}).rows
    assert [(row.title, row.answer) for row in rows] == [
        ("May I come?", "Yes."),
        ("When?", "At ten."),
        ("Is it free?", "On Sundays."),
    ]


def test_marks_of_a_note_program_are_no_part_of_an_answer(tmp_path):
    page = "# 환불은 되나요?\n\n신청해요. ^abc\n\n# C와 #태그\n\n#1\n2^10은요.\n\n#faq #결제\n"
    rows = folder(tmp_path, {"a.md": page}).rows
    assert [row.answer for row in rows] == ["신청해요.", "#1\n2^10은요."]
