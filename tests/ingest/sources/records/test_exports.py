"""Exports of help desks, note programs and content systems, in the shapes that these document."""

import json

import pytest

from core.errors import SourceError
from ingest.sources.load import load


def rows_of(folder, content):
    path = folder / "export.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return load(path).rows


def text(content, href=None):
    return {"type": "text", "plain_text": content, "href": href}


def test_an_article_of_zendesk_has_the_page_that_people_read_and_its_links_lead_there(tmp_path):
    site = "https://acme.zendesk.com"
    article = {
        "id": 1,
        "url": f"{site}/api/v2/help_center/articles/1.json",
        "html_url": f"{site}/hc/articles/1",
        "section_id": 20,
        "title": "Where are my invoices?",
        "body": '<p>Each has a <a href="/hc/articles/2">PDF</a>.</p>',
    }
    sections = [{"id": 20, "category_id": 10, "name": "Invoices"}]
    categories = [{"id": 10, "name": "Billing"}]
    (row,) = rows_of(
        tmp_path, {"categories": categories, "sections": sections, "articles": [article]}
    )
    assert row.url == f"{site}/hc/articles/1"
    assert row.category == "Billing > Invoices"
    assert f"[PDF]({site}/hc/articles/2)" in row.answer


def intercom(number, **fields):
    page = f"https://help.acme.com/en/{number}"
    kinds = {"type": "article", "parent_type": "collection", "parent_id": 7}
    return {"id": str(number), **kinds, "state": "published", "url": page, **fields}


def test_articles_of_intercom_are_read_in_each_of_their_languages(tmp_path):
    korean = {
        "type": "article_content",
        "title": "팀원을 어떻게 부르나요?",
        "body": "<p>초대하세요.</p>",
    }
    draft = {"type": "article_content", "title": "좌석이란?", "body": "<p>x</p>", "state": "draft"}
    found = rows_of(
        tmp_path,
        {
            "type": "list",
            "data": [
                intercom(
                    1,
                    title="How do I add a teammate?",
                    body="<p>Invite them.</p>",
                    translated_content={"type": "article_translated_content", "ko": korean},
                ),
                intercom(
                    2,
                    title="What is a seat?",
                    body="<p>A person.</p>",
                    translated_content={"ko": draft},
                ),
            ],
        },
    )
    assert [(row.title, row.answer) for row in found] == [
        ("How do I add a teammate?", "Invite them."),
        ("팀원을 어떻게 부르나요?", "초대하세요."),
        ("What is a seat?", "A person."),
    ]
    assert {row.category for row in found} == {""}, "`article` is a kind of record"


def test_translations_in_a_list_are_entries_and_say_their_state_themselves(tmp_path):
    told = [
        {"locale": "en-us", "title": "How do I pay?", "body": "By card.", "draft": False},
        {"locale": "ko", "title": "어떻게 결제하나요?", "body": "카드로 합니다.", "draft": False},
        {"locale": "ja", "title": "支払い方法は?", "body": "x", "draft": True},
    ]
    found = rows_of(
        tmp_path, [{"id": 1, "title": "How do I pay?", "body": "By card.", "translations": told}]
    )
    assert [row.title for row in found] == ["How do I pay?", "How do I pay?", "어떻게 결제하나요?"]


def test_lists_under_languages_are_no_categories(tmp_path):
    found = rows_of(
        tmp_path,
        {
            "en": [{"question": "Is there a pool?", "answer": "No."}],
            "ko": [{"question": "수영장이 있나요?", "answer": "아니요."}],
        },
    )
    assert [(row.title, row.category) for row in found] == [
        ("Is there a pool?", ""),
        ("수영장이 있나요?", ""),
    ]


def test_the_folders_of_freshdesk_are_categories_and_the_numbers_of_its_kinds_are_not(tmp_path):
    article = {
        "title": "How long does delivery take?",
        "description": "<p>Two days.</p>",
        "art_type": 1,
    }
    folder = {"name": "Domestic", "articles": [article, {**article, "title": "Who delivers?"}]}
    found = rows_of(tmp_path, [{"category": {"name": "Shipping", "folders": [folder]}}])
    assert [row.category for row in found] == ["Shipping > Domestic"] * 2


def test_pages_of_a_database_of_notion_are_read_by_their_properties(tmp_path):
    def page(title, answer, status):
        properties = {
            "Question": {"id": "title", "type": "title", "title": [text(title)]},
            "Answer": {"id": "a", "type": "rich_text", "rich_text": answer},
            "Tags": {"type": "multi_select", "multi_select": [{"name": "Office", "color": "red"}]},
            "Status": {"type": "status", "status": {"name": status, "color": "green"}},
        }
        return {"object": "page", "properties": properties, "url": "https://www.notion.so/x"}

    calendar = [text("Use the "), text("calendar", "https://cal.acme.com"), text(".")]
    (row,) = rows_of(
        tmp_path,
        {
            "object": "list",
            "results": [
                page("How do I book a room?", calendar, "Published"),
                page("Where is my badge?", [text("At the desk.")], "Draft"),
            ],
        },
    )
    assert (row.title, row.category, row.url) == (
        "How do I book a room?",
        "Office",
        "https://www.notion.so/x",
    )
    assert row.answer == "Use the [calendar](https://cal.acme.com)."


def test_an_answer_of_the_programs_interface_is_no_faq(tmp_path):
    """What is left of `{"object": "list"}` without a record is not a question with its answer."""
    path = tmp_path / "settings.json"
    path.write_text('{"object": "list", "results": [{"color": "red"}]}', encoding="utf-8")
    with pytest.raises(SourceError, match="no column is named"):
        load(path)


def test_posts_of_wordpress_keep_their_page_and_date(tmp_path):
    def post(number, title, content):
        return {
            "id": number,
            "modified": "2026-03-03T00:00:00",
            "link": f"https://shop.example.com/faq/{number}/",
            "title": {"rendered": title},
            "content": {"rendered": content, "protected": False},
        }

    first, second = rows_of(
        tmp_path,
        [
            post(
                1, "How do I track my parcel?", "<p>By the link in the e-mail&#8217;s footer.</p>"
            ),
            post(2, "Can I change the address?", "<p>Until it ships.</p>"),
        ],
    )
    assert (first.title, first.answer) == (
        "How do I track my parcel?",
        "By the link in the e-mail’s footer.",
    )
    assert (second.url, second.updated) == ("https://shop.example.com/faq/2/", "2026-03-03")


def test_the_document_of_a_content_system_is_text_and_a_nested_category_is_its_name(tmp_path):
    said = [{"nodeType": "text", "value": "About "}, {"nodeType": "text", "value": "two weeks."}]
    answer = {"nodeType": "document", "content": [{"nodeType": "paragraph", "content": said}]}
    category = {"data": {"id": 3, "attributes": {"name": "Battery"}}}
    (row,) = rows_of(
        tmp_path,
        {"items": [{"fields": {"question": "How long?", "answer": answer, "category": category}}]},
    )
    assert (row.answer, row.category) == ("About two weeks.", "Battery")


def test_pairs_of_name_and_value_are_fields_and_a_file_is_no_web_address(tmp_path):
    found = rows_of(
        tmp_path,
        {
            "qnaDocuments": [
                {
                    "questions": ["How do I return an item?", "return policy"],
                    "answer": "Within 30 days.",
                    "source": "faq.docx",
                    "metadata": [{"name": "category", "value": "returns"}],
                }
            ]
        },
    )
    assert [(row.category, row.url, row.questions) for row in found] == [
        ("returns", "", ("return policy",))
    ]


def test_objects_in_a_category_that_yaml_names_have_it(tmp_path):
    path = tmp_path / "faq.yml"
    path.write_text(
        "faq:\n"
        "  - category: Orders\n    items:\n"
        "      - {question: Where is it?, answer: On its way.}\n"
        "  - category: Returns\n    items:\n"
        "      - {question: How do I return it?, answer: Print the label.}\n",
        encoding="utf-8",
    )
    assert [row.category for row in load(path).rows] == ["Orders", "Returns"]


def test_a_code_is_not_taken_for_the_answer(tmp_path):
    path = tmp_path / "macros.csv"
    path.write_text(
        "name,intent\nWhere is it?,shipping/status-of-order\nCan I return it?,return/request\n",
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="no column is named answer"):
        load(path)


def test_of_a_thread_the_accepted_post_is_the_answer(tmp_path):
    """What was asked and what others said are none; a thread without one has no answer."""

    def discourse(title, *, solved):
        return {
            "title": title,
            "fancy_title": title,
            "post_stream": {
                "posts": [
                    {"cooked": "<p>It is too thin.</p>", "accepted_answer": False},
                    {"cooked": "<p>Measure it.</p>", "accepted_answer": solved},
                ]
            },
        }

    stack = {
        "title": "Where are the logs?",
        "body": "I looked in /var/log.",
        "answers": [
            {"body": "No idea.", "is_accepted": False},
            {"body": "In `~/logs`.", "is_accepted": True},
        ],
    }
    first, second = (
        discourse("How do I calibrate it?", solved=True),
        discourse("And?", solved=False),
    )
    assert [(row.title, row.answer) for row in rows_of(tmp_path, [first, second])] == [
        ("How do I calibrate it?", "Measure it.")
    ]
    assert [(row.answer, row.questions) for row in rows_of(tmp_path, {"items": [stack]})] == [
        ("In `~/logs`.", ("I looked in /var/log.",))
    ]


def test_a_title_in_another_form_is_no_answer(tmp_path):
    topics = [
        {"title": f"How do I clean it {n}?", "fancy_title": f"How do I clean it {n}?"} for n in "ab"
    ]
    with pytest.raises(SourceError, match="no column is named answer"):
        rows_of(tmp_path, topics)
