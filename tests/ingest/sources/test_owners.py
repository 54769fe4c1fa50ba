"""Files that owners of FAQs have, as the programs that they use write them."""

import csv
import io
import json
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from ingest.sources.load import load


def table(folder, name, rows, **form):
    path = folder / name
    with path.open("w", encoding=form.pop("encoding", "utf-8"), newline="") as file:
        csv.writer(file, lineterminator="\r\n", **form).writerows(rows)
    return path


@pytest.mark.parametrize(
    ("stamp", "times"),
    [
        ("타임스탬프", ("2026. 10. 2 오전 9:14:22", "2026. 10. 3 오후 1:02:10")),
        ("Timestamp", ("10/2/2026 9:14:22", "10/3/2026 13:02:10")),
    ],
)
def test_the_sentences_that_a_form_asked_are_the_names_of_its_columns(tmp_path, stamp, times):
    """Google Forms writes the time first; the sentences end as a question or an answer does."""
    names = [
        stamp,
        "이메일 주소",
        "자주 받는 질문을 적어 주세요.",
        "어떻게 답하시나요?",
        "참고 링크",
    ]
    path = table(
        tmp_path,
        "form.csv",
        [
            names,
            [times[0], "a@b.kr", "몇 권까지 빌릴 수 있나요?", "일곱 권까지 두 주 동안 됩니다.", ""],
            [times[1], "c@b.kr", "주차는 무료인가요?", "세 시간까지 무료입니다.", "https://b.kr/1"],
        ],
    )
    loaded = load(path)
    assert [(row.title, row.url) for row in loaded.rows] == [
        ("몇 권까지 빌릴 수 있나요?", ""),
        ("주차는 무료인가요?", "https://b.kr/1"),
    ]
    assert loaded.columns[0].ignored == (stamp, "이메일 주소")
    assert not [remark for remark in loaded.remarks if "web address" in remark.text]


def test_a_column_that_a_sentence_of_a_form_asks_a_reply_for_is_the_answer(tmp_path):
    book = Workbook()
    book.active.append(
        ["ID", "완료 시간", "이름", "자주 받는 질문을 적어 주세요", "답변 내용을 적어 주세요"]
    )
    book.active.append(
        [1, date(2026, 10, 1), "", "주차 되나요?", "건물 뒤편에 다섯 대까지 됩니다."]
    )
    book.active.append([2, date(2026, 10, 2), "", "예약해야 하나요?", "네, 하루 전까지 해 주세요."])
    book.save(tmp_path / "forms.xlsx")
    assert [(row.title, row.answer) for row in load(tmp_path / "forms.xlsx").rows] == [
        ("주차 되나요?", "건물 뒤편에 다섯 대까지 됩니다."),
        ("예약해야 하나요?", "네, 하루 전까지 해 주세요."),
    ]


def test_links_of_google_docs_lead_where_they_lead(tmp_path):
    path = tmp_path / "faq.html"
    path.write_text(
        "<h2>Where is it?</h2><p>See <a href='https://www.google.com/url?q=https://shop.example.com/"
        "track%3Fid%3D1&amp;sa=D&amp;usg=x'>the page</a>.</p><h2>Is it free?</h2><p>Yes.</p>"
    )
    assert load(path).rows[0].answer == "See [the page](https://shop.example.com/track?id=1)."


def test_the_properties_of_notion_in_html_are_fields_and_hide_drafts(tmp_path):
    for title, state in (("How do I pay?", "Published"), ("What is secret?", "Draft")):
        (tmp_path / f"{title[:-1]} {'0a' * 16}.html").write_text(
            f"<html><body><article><header><h1>{title}</h1><table class='properties'><tbody>"
            f"<tr><th>Status</th><td><span>{state}</span></td></tr>"
            "<tr><th>Tags</th><td><span>Billing</span></td></tr></tbody></table></header>"
            "<div class='page-body'><p>By card.</p></div></article></body></html>"
        )
    loaded = load(tmp_path)
    assert [(row.title, row.answer, row.category) for row in loaded.rows] == [
        ("How do I pay?", "By card.", "Billing")
    ]
    assert [one.reason for one in loaded.skipped] == ["not for readers: 'Status' says 'Draft'"]


def test_an_export_of_notion_leaves_out_drafts_and_the_list_of_its_pages(tmp_path):
    pages = {
        "How do I pay": ("Published", "March 3, 2026 4:12 PM", "By card."),
        "How do I export": ("Draft", "March 4, 2026 9:00 AM", "TBD"),
    }
    names = ["Name", "Tags", "Status", "Last edited time"]
    listed = io.StringIO()
    csv.writer(listed).writerows(
        [names, *([f"{name}?", "Billing", state, day] for name, (state, day, _) in pages.items())]
    )
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for end in ("", "_all"):
            archive.writestr(f"Help {'1f' * 16}{end}.csv", listed.getvalue())
        for name, (state, day, answer) in pages.items():
            archive.writestr(
                f"Help/{name} {'0a' * 16}.md",
                f"# {name}?\n\nTags: Billing\nStatus: {state}\nLast edited time: {day}\n\n{answer}",
            )
    loaded = load(path)
    (row,) = loaded.rows
    assert (row.title, row.answer, row.category, row.updated) == (
        "How do I pay?",
        "By card.",
        "Billing",
        "2026-03-03",
    )
    reasons = [skipped.reason for skipped in loaded.skipped]
    assert len(reasons) == 2
    assert any("the list of the pages" in reason for reason in reasons)
    assert any("'Status' says 'Draft'" in reason for reason in reasons)


CONFLUENCE = """<html><head><title>IT : {title}</title></head><body><div id="main">
<div id="main-header"><div id="breadcrumb-section"><ol id="breadcrumbs"><li>
<a href="index.html">IT</a></li></ol></div>
<h1 id="title-heading" class="pagetitle"><span id="title-text"> IT : {title} </span></h1></div>
<div id="content" class="view"><div class="page-metadata">Created by Han on Oct 12, 2026</div>
<div id="main-content" class="wiki-content group">{body}</div>
<div class="pageSection group"><div class="pageSectionHeader">
<h2 id="attachments" class="pageSectionTitle">Attachments:</h2></div>
<a href="attachments/1.png">1.png</a></div></div></div>
<div id="footer"><p>Document generated by Confluence on Nov 02, 2026</p></div></body></html>"""


def test_a_space_of_confluence_is_its_pages_without_what_stands_around_them(tmp_path):
    folder = tmp_path / "IT"
    folder.mkdir()
    pages = {
        "How do I use the VPN?": """<p>Install it.</p><img src="attachments/1.png">
<h2>On a phone</h2><p>Scan the code.</p>""",
        "Laptops": """<div class="toc-macro"><ul><li>Who gets one?</li></ul></div>
<h2>Who gets one?</h2><p>Everybody.</p><h2>What if it breaks?</h2><p>Bring it.</p>
<div class="expand-container"><div class="expand-control">
<span class="expand-control-icon"><img src="images/icons/arrow.png"></span>
<span class="expand-control-text">Can I keep it?</span></div>
<div class="expand-content"><p>No.</p></div></div>""",
    }
    for number, (title, body) in enumerate(pages.items()):
        (folder / f"{number}.html").write_text(CONFLUENCE.format(title=title, body=body))
    (folder / "index.html").write_text(
        """<h1 id="title-heading"><span id="title-text">Space Details:</span></h1>
<div id="main-content" class="pageSection"><table><tr><th>Key</th><td>IT</td></tr></table></div>
<h2>Available Pages:</h2><ul><li><a href="0.html">VPN</a></li></ul>"""
    )
    loaded = load(folder)
    assert [(row.title, row.answer) for row in loaded.rows] == [
        ("How do I use the VPN?", "Install it.\n\n## On a phone\n\nScan the code."),
        ("Who gets one?", "Everybody."),
        ("What if it breaks?", "Bring it.\n\n### Can I keep it?\n\nNo."),
    ]
    assert [skipped.position for skipped in loaded.skipped] == ["index.html"]


def test_the_collection_and_the_unix_time_of_intercom_are_read(tmp_path):
    path = table(
        tmp_path,
        "articles.csv",
        [
            ["id", "title", "body", "state", "collection_name", "url", "updated_at"],
            [
                1,
                "Invite a teammate",
                "<p>Press <b>New</b>.</p>",
                "published",
                "Start",
                "",
                "1762928610",
            ],
            [2, "Voice calls", "<p>Soon.</p>", "draft", "Beta", "", "1762928610"],
        ],
    )
    (row,) = load(path).rows
    assert (row.title, row.category, row.updated) == ("Invite a teammate", "Start", "2025-11-12")


@pytest.mark.parametrize(("one", "two"), [("1.1", "1.2"), ("1-1.", "1-2."), ("1-1)", "1-2)")])
def test_numbers_of_an_outline_are_no_part_of_its_titles(tmp_path, one, two):
    path = tmp_path / "handbook.md"
    text = f"# 안내서\n\n2026년 인사팀\n\n## 1. 근무\n\n### {one} 몇 시에 출근하나요?\n\n8시입니다."
    path.write_text(f"{text}\n\n### {two} 재택은 며칠인가요?\n\n이틀입니다.\n", encoding="utf-8")
    rows = load(path).rows
    assert [(row.title, row.category) for row in rows[-2:]] == [
        ("몇 시에 출근하나요?", "근무"),
        ("재택은 며칠인가요?", "근무"),
    ]
    path.write_text(
        "## 3.5 버전은 언제 나오나요?\n\n5월입니다.\n\n## 3.4 버전을 계속 써도 되나요?\n\n네.\n",
        encoding="utf-8",
    )
    assert [row.title for row in load(path).rows] == [
        "3.5 버전은 언제 나오나요?",
        "3.4 버전을 계속 써도 되나요?",
    ], "numbers that do not go up are the titles' own"


def test_the_settings_of_a_folder_of_pages_are_no_entries(tmp_path):
    (tmp_path / "_category_.json").write_text('{"label": "Billing & plans", "position": 2}')
    (tmp_path / "pay.mdx").write_text(
        "---\ntitle: How do I pay?\n---\n\nBy card. {/* add a picture */}\n\n![](/img/pay.png)\n"
    )
    loaded = load(tmp_path)
    assert [(row.title, row.answer) for row in loaded.rows] == [("How do I pay?", "By card.")]
    assert [skipped.position for skipped in loaded.skipped] == ["_category_.json"]


def test_folders_of_a_source_are_categories_but_for_those_that_all_files_share(tmp_path):
    pages = {
        "help/billing/pay.md": "# How do I pay?\n\nBy card.\n",
        "help/billing/late_fees/when.md": "# When are fees due?\n\nAfter a week.\n",
        "help/ko/team/invite.md": "---\ncategory: People\n---\n# How do I invite?\n\nPress +.\n",
        "help/intro.md": "# What is it?\n\nA board.\n",
    }
    with zipfile.ZipFile(tmp_path / "help.zip", "w") as archive:
        for name, text in pages.items():
            archive.writestr(name, text)
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for source in ("help.zip", "site"):
        found = {row.title: row.category for row in load(tmp_path / source).rows}
        assert found == {
            "How do I pay?": "billing",
            "When are fees due?": "billing > late fees",
            "How do I invite?": "People",
            "What is it?": "",
        }


def item(number, **fields):
    return {"id": f"F{number}", "inqCnt": number * 3, "regDtm": "20260301120000", **fields}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"faqTitl": "탈퇴는 어떻게 하나요?", "faqCntn": "<p>내 정보에서.</p>", "useYn": "Y"},
            {"faqTitl": "옛날 안내", "faqCntn": "<p>쓰지 않음</p>", "useYn": "N"},
        ),
        (
            {"qestnSj": "탈퇴는 어떻게 하나요?", "answerCn": "내 정보에서.", "delYn": "N"},
            {"qestnSj": "옛날 안내", "answerCn": "쓰지 않음", "delYn": "Y"},
        ),
        (  # names that say nothing
            {
                "fld1": "탈퇴는 어떻게 하나요?",
                "fld2": "내 정보에서 할 수 있습니다.",
                "open_yn": "Y",
            },
            {
                "fld1": "옛날에는 어떻게 했나요?",
                "fld2": "지금은 쓰지 않는 방법입니다.",
                "open_yn": "N",
            },
        ),
    ],
)
def test_an_answer_of_an_interface_is_read_at_any_depth_and_by_korean_short_names(
    tmp_path, first, second
):
    path = tmp_path / "api.json"
    items = [item(1, faqCtgNm="회원", **first), item(2, faqCtgNm="회원", **second)]
    told = {"resultCode": "0000", "data": {"page": {"no": 1, "size": 20}, "items": items}}
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    (row,) = load(path).rows
    assert (row.title, row.category, row.updated) == (
        "탈퇴는 어떻게 하나요?",
        "회원",
        "2026-03-01",
    )
    assert row.answer.startswith("내 정보에서")


WORDPRESS = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file generated by WordPress as an export of your site. -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Shop</title>{items}</channel></rss>"""


def post(title, content, status="publish", kind="faq", key=""):
    return (
        f"<item><title><![CDATA[{title}]]></title><link>https://shop.example.com/faq/1/</link>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<wp:post_modified><![CDATA[2026-10-06 09:00:00]]></wp:post_modified>"
        f"<wp:status><![CDATA[{status}]]></wp:status>"
        f"<wp:post_type><![CDATA[{kind}]]></wp:post_type>"
        f"<wp:post_password><![CDATA[{key}]]></wp:post_password>"
        '<category domain="post_tag"><![CDATA[mail]]></category>'
        '<category domain="faq_category"><![CDATA[Orders]]></category></item>'
    )


def test_an_export_of_wordpress_is_its_published_questions(tmp_path):
    block = "<!-- wp:paragraph -->\n<p>By the <b>link</b>.</p>\n<!-- /wp:paragraph -->"
    path = tmp_path / "shop.xml"
    items = [
        post("How do I track it?", block),
        post("Can I change it?", 'Until it ships.\n\n[contact-form-7 id="1"]'),
        post("Secret offer?", "no", status="private"),
        post("For friends?", "no", key="x"),
        post("Our new shop", "<p>News.</p>", kind="post"),
        post("header.png", "", status="inherit", kind="attachment"),
    ]
    path.write_text(WORDPRESS.format(items="".join(items)), encoding="utf-8")
    loaded = load(path)
    assert [(row.title, row.answer) for row in loaded.rows] == [
        ("How do I track it?", "By the **link**."),
        ("Can I change it?", "Until it ships."),
    ]
    first = loaded.rows[0]
    assert (first.category, first.url, first.updated) == (
        "Orders",
        "https://shop.example.com/faq/1/",
        "2026-10-06",
    )
    told = {remark.text for remark in loaded.remarks if remark.kind == "left out"}
    assert told == {
        "1 of the kind 'attachment'",
        "1 of the kind 'post'",
        "not for readers: 'status' says 'private'",
        "not for readers: it has a password",
    }


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (
            'Write to us. [button link="https://a.example/x"]Cancel[/button]',
            "Write to us. [Cancel](https://a.example/x)",
        ),
        (
            '[toggle title="By card?"]Yes.[/toggle][toggle title="In cash?"]No.[/toggle]',
            "### By card?\n\nYes.\n\n### In cash?\n\nNo.",
        ),
        ('[vc_row][icon name="key"]Press [Save] first.[/vc_row]', "Press [Save] first."),
    ],
)
def test_shortcodes_of_wordpress_are_text_with_their_titles_and_links(tmp_path, given, answer):
    path = tmp_path / "shop.xml"
    path.write_text(WORDPRESS.format(items=post("How do I pay?", given)), encoding="utf-8")
    assert [row.answer for row in load(path).rows] == [answer]
