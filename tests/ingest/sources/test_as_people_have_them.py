"""Files as people have them: what is read, what is not for readers, and what the summary names."""

import json

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from core.errors import SourceError
from ingest.sources.load import load


def read(tmp_path, name, content):
    """Return what a file says: its titles with their answers, and the lines of the summary."""
    path = tmp_path / name
    if isinstance(content, Workbook):
        content.save(path)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
    loaded = load(path)
    said = [one.text for one in loaded.remarks] + [one.reason for one in loaded.skipped]
    return {row.title: row.answer for row in loaded.rows}, " | ".join(said), loaded.rows


def sheet_of(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def test_a_table_below_another_has_its_own_columns(tmp_path):
    """Its rows were entries of the table above: `번호` with the answer `문의`."""
    book = sheet_of(
        ["[일반 회원]"],
        ["질문", "답변"],
        ["라켓을 빌릴 수 있나요?", "하루 3,000원입니다."],
        [],
        ["[레슨 회원]"],
        ["번호", "문의", "회신", "담당"],
        [1, "레슨을 미룰 수 있나요?", "전날까지 됩니다.", "김코치"],
        [],
        ["번호", "문의", "회신", "담당"],
        [2, "코치를 바꿀 수 있나요?", "월 1회 됩니다.", "김코치"],
    )
    found, said, rows = read(tmp_path, "faq.xlsx", book)
    assert found == {
        "라켓을 빌릴 수 있나요?": "하루 3,000원입니다.",
        "레슨을 미룰 수 있나요?": "전날까지 됩니다.",
        "코치를 바꿀 수 있나요?": "월 1회 됩니다.",
    }
    assert [row.category for row in rows] == ["일반 회원", "레슨 회원", "레슨 회원"]
    assert "the columns' names again" in said


def test_what_is_struck_out_in_a_sheet_is_not_served_and_is_named(tmp_path):
    struck = TextBlock(InlineFont(strike=True), " It costs 20 EUR.")
    book = sheet_of(
        ["Question", "Answer"],
        ["When is check-in?", CellRichText("From 4 pm on.", struck, " It costs 30 EUR.")],
        ["Can I bring a dog?", "Yes."],
        ["Is there a pool?", "Yes."],
    )
    book.active["B3"].font = Font(strike=True)
    found, said, _ = read(tmp_path, "faq.xlsx", book)
    assert found == {
        "When is check-in?": "From 4 pm on. It costs 30 EUR.",
        "Is there a pool?": "Yes.",
    }
    assert "words that are struck out (rows 2)" in said
    assert "the answer is struck out" in said


def test_a_cover_and_a_list_of_sheets_are_no_questions_side_by_side(tmp_path):
    book = sheet_of(
        ["순번", "시트", "설명"], [1, "예약", "예약 관련 질문"], [2, "장비", "장비 질문"]
    )
    sheet = book.create_sheet("예약")
    for row in (["Q", "A"], ["환불되나요?", "됩니다."]):
        sheet.append(row)
    found, said, _ = read(tmp_path, "faq.xlsx", book)
    assert found == {"환불되나요?": "됩니다."}
    assert "side by side" not in said


def test_formulas_in_a_text_file_are_what_a_sheet_shows(tmp_path):
    found, said, rows = read(
        tmp_path,
        "faq.csv",
        '질문,답변,링크\n지도는요?,"=HYPERLINK(""https://camp.example/map"",""지도 보기"")",\n'
        '장작은요?,매점에 있습니다.,"=HYPERLINK(""https://camp.example/shop"";""매점"")"\n'
        '번호는요?,"=""007""",\n합계는요?,"=SUM(A1:A3)",\n',
    )
    assert found == {
        "지도는요?": "지도 보기 (https://camp.example/map)",
        "장작은요?": "매점에 있습니다.",
        "번호는요?": "007",
    }
    assert rows[1].url == "https://camp.example/shop"
    assert "a formula without a value" in said


def test_line_breaks_that_a_program_wrote_are_some_and_paths_are_left(tmp_path):
    found, said, _ = read(
        tmp_path,
        "faq.tsv",
        "Question\tAnswer\nHow do I reset it?\tUnplug it.\\n\\n1. wait\\n2. plug it in\n"
        "Where is the file?\tIn C:\\new\\table.\n"
        "What ends a line?\tWrite `\\n` or use print\\nln.\n",
    )
    assert found["How do I reset it?"] == "Unplug it.\n\n1. wait\n2. plug it in"
    assert found["Where is the file?"] == "In C:\\new\\table."
    assert found["What ends a line?"] == "Write `\\n` or use print\\nln."
    assert said.count("became a line break") == 1


def test_pictures_of_a_row_that_are_not_on_the_web_are_named(tmp_path):
    found, said, _ = read(
        tmp_path,
        "faq.csv",
        'Question,Answer\nHow do I apply?,"<p>So:</p><img src=""/img/form.png""><p>Done.</p>"\n'
        "Where is it?,Here: ![](map.png)\nWhat is it?,![plan](https://x.example/plan.png)\n",
    )
    assert found["What is it?"] == "[plan](https://x.example/plan.png)"
    assert said.count("a picture not on the web") == 2


def test_posts_that_only_their_author_may_read_and_notes_in_the_margin_are_no_answers(tmp_path):
    board = "제목,내용,답변내용,비밀글\n"
    board += "사이즈요,165면요?,M입니다.,N\n언제 와요,주문 1234는요?,내일요.,Y\n"
    assert list(read(tmp_path, "faq.csv", board)[0]) == ["사이즈요"]
    page = (
        "<body><h2>주차는요?</h2><h2></h2><p>300대"
        '<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>'
        "</p>"
        '<h2>대관은요?</h2><p>90분</p><div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a>'
        "확인 필요</p></div>"
    )
    found, said, _ = read(tmp_path, "faq.html", page)
    assert found == {"주차는요?": "300대", "대관은요?": "90분"}
    assert "comments of the document: 1" in said


def test_the_first_reply_to_a_ticket_is_its_answer_and_a_moment_is_none(tmp_path):
    tickets = "Subject,Description,{}\nLogin fails,I cannot log in,{}\nNo invoice,Where is it?,{}\n"
    replied = tickets.format("First reply", "Clear your cookies.", "Under Billing.")
    assert list(read(tmp_path, "faq.csv", replied)[0].values()) == [
        "Clear your cookies.",
        "Under Billing.",
    ]
    timed = tickets.format("Resolution,First response", "Cleared.,00:12:09", "Sent.,01:00:00")
    assert list(read(tmp_path, "faq.csv", timed)[0].values()) == ["Cleared.", "Sent."]


def test_a_row_whose_text_stands_in_another_column_keeps_it(tmp_path):
    articles = [
        {"title": "When can I enrol?", "html_content": "<p>In March.</p>", "content": ""},
        {"title": "What do I need?", "html_content": "", "content": "A birth certificate."},
    ]
    assert read(tmp_path, "faq.json", articles)[0] == {
        "When can I enrol?": "In March.",
        "What do I need?": "A birth certificate.",
    }


def test_a_plain_text_keeps_its_lines_and_a_page_names_what_it_takes_in(tmp_path):
    answer = "Two things:\n- a card\n- an ID\nBoth are copied."
    text = f"Q: What do I bring?\nA: {answer}\n\nQ: Is it far?\nA: No.\n"
    _, _, rows = read(tmp_path, "faq.txt", text)
    assert rows[0].answer == answer
    assert not rows[0].markdown
    page = (
        '# Guide\n\n## How do I install it?\n\n{{< include "_needs.md" >}}\n{!shared/linux.md!}\n\n'
        "Run it. {{#include ../proxy.md}}\n\n![[screen.png]]\n\n## Does it need root?\n\n"
        '--8<-- "root.md"\n\nNo: `{!code!}`.\n'
    )
    found, said, _ = read(tmp_path, "faq.md", page)
    assert found == {"How do I install it?": "Run it.", "Does it need root?": "No: `{!code!}`."}
    assert "other files: _needs.md, shared/linux.md, ../proxy.md, screen.png, root.md;" in said


def test_accordions_on_one_line_and_lines_in_cells_are_kept(tmp_path):
    page = (
        "# Rooms\n\n<details><summary>How many fit?</summary>Six.</details>\n"
        "<details><summary>Is it scary?</summary>No.</details>\n"
    )
    assert read(tmp_path, "faq.md", page)[0] == {"How many fit?": "Six.", "Is it scary?": "No."}
    table = (
        "<table><tr><td>질문</td><td>답변</td></tr><tr><td>명함은 언제 나오나요?</td>"
        "<td><p>1주 안에요.</p><p>급하면 말해 주세요.</p></td></tr></table>"
    )
    found = read(tmp_path, "faq.html", table)[0]
    assert found == {"명함은 언제 나오나요?": "1주 안에요.\n급하면 말해 주세요."}
    cards = (
        "| Q | Can I tow with it? |\n|---|---|\n| A | Up to 1,500 kg. |\n\n"
        "| Q | How often is it due? |\n|---|---|\n| A | Each year. |\n"
    )
    assert read(tmp_path, "cards.md", cards)[0] == {
        "Can I tow with it?": "Up to 1,500 kg.",
        "How often is it due?": "Each year.",
    }


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("intent.json", {"name": "price", "responses": [], "fallbackIntent": False}, "a chatbot"),
        ("nlu.yml", 'version: "3.1"\nnlu:\n- intent: a\n  examples: x\n', "a chatbot"),
        (
            "talk.json",
            [{"timestamp": "10:00", "sender": "me", "message": "Is it open?"}] * 2,
            "messages of a chat",
        ),
        (
            "kakao.txt",
            "[김손님] [오후 2:11] 매물 있나요?\n[부동산] [오후 2:15] 네 있습니다\n",
            "messages of a chat",
        ),
        (
            "whatsapp.txt",
            "[19/11/2026, 14:11:02] Tom: Open?\n[19/11/2026, 14:12:40] Bay: Yes\n",
            "messages of a chat",
        ),
    ],
)
def test_chats_and_chatbots_are_told_what_to_do(tmp_path, name, content, told):
    with pytest.raises(SourceError, match=told):
        read(tmp_path, name, content)


def test_data_of_a_faq_page_is_read_under_its_own_ending(tmp_path):
    page = {
        "@type": "FAQPage",
        "mainEntity": [
            {"name": "Must I book?", "acceptedAnswer": {"@type": "Answer", "text": "Yes."}}
        ],
    }
    assert read(tmp_path, "faq.jsonld", page)[0] == {"Must I book?": "Yes."}
