"""Exports of help desks and chats: who may read an article, its folder, and what is no FAQ."""

import json

import pytest

from core.errors import SourceError
from ingest.sources.load import load


def saved(folder, content, name="export.json"):
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def article(title, **more):
    return {"title": title, "description": f"<p>{title}: so.</p>", "status": 2, **more}


def test_articles_in_a_folder_for_agents_alone_are_left_out(tmp_path):
    folders = [
        {"name": "Start", "visibility": 1, "articles": [article("Sign up", desc_un_html="so")]},
        {"name": "Team", "visibility": 3, "articles": [article("Refunds", desc_un_html="so")]},
    ]
    content = [{"category": {"name": "General", "folders": folders}}]
    loaded = load(saved(tmp_path, content))
    assert [(row.title, row.category) for row in loaded.rows] == [("Sign up", "General > Start")]
    assert "not for readers: 'visibility' says 3" in loaded.remarks[-1].text.replace("'3'", "3")


def test_articles_for_a_segment_of_users_are_left_out_beside_those_for_all(tmp_path):
    articles = [
        {"title": "Returns", "body": "Within 60 days.", "user_segment_id": None},
        {"title": "Price list", "body": "Ten percent off.", "user_segment_id": 7},
    ]
    loaded = load(saved(tmp_path, {"articles": articles}))
    assert [row.title for row in loaded.rows] == ["Returns"]
    for one in articles:
        one["user_segment_id"] = 7
    assert len(load(saved(tmp_path, {"articles": articles})).rows) == 2


def test_ids_are_no_categories_and_a_path_of_folders_is_one(tmp_path):
    items = [
        {"name": "Invite", "text": "Click.", "categories": ["5a1b2c3d4e5f6a7b8c9d0e1f"]},
        {"name": "Roles", "text": "Owner.", "categories": ["5a1b2c3d4e5f6a7b8c9d0e20"]},
    ]
    assert [row.category for row in load(saved(tmp_path, items)).rows] == ["", ""]
    items = [{"title": "배송?", "body": "이틀입니다.", "folderPath": ["배송", "국내"]}]
    assert [row.category for row in load(saved(tmp_path, items)).rows] == ["배송"]


def test_other_ways_to_ask_are_known_by_their_names_and_never_the_title(tmp_path):
    rows = [
        {"variantUtterances": ["minimum hire?"], "customerUtterance": "One day?", "reply": "Yes."},
        {"variantUtterances": [], "customerUtterance": "Is fuel included?", "reply": "No."},
    ]
    found = load(saved(tmp_path, "\n".join(map(json.dumps, rows)), "export.jsonl")).rows
    assert [(row.title, row.questions) for row in found] == [
        ("One day?", ("minimum hire?",)),
        ("Is fuel included?", ()),
    ]


def test_messages_of_a_chat_are_told_as_what_they_are(tmp_path):
    messages = [
        {"type": "message", "user": "U1", "text": "Is the VPN down?", "ts": "1.1"},
        {"type": "message", "subtype": "channel_join", "user": "U2", "text": "hi", "ts": "1.2"},
    ]
    with pytest.raises(SourceError, match="messages of a chat, not a FAQ"):
        load(saved(tmp_path, messages))


def test_words_of_the_records_are_no_names_of_their_columns(tmp_path):
    rows = [{"k": "question", "v": "answer"}, {"k": "x", "v": "y"}]
    with pytest.raises(SourceError, match="the columns are: k, v"):
        load(saved(tmp_path, rows))


def test_toml_is_read(tmp_path):
    content = '[[faq]]\nquestion = "Free?"\nanswer = """On Sundays.\nElse 8 euros."""\n'
    (row,) = load(saved(tmp_path, content, "faq.toml")).rows
    assert (row.title, row.answer) == ("Free?", "On Sundays.\nElse 8 euros.")


def test_questions_and_answers_under_numbered_names_are_pairs(tmp_path):
    texts = {
        "faq.q1": "배송은 며칠 걸려요?",
        "faq.a1": "이틀요.",
        "faq.q2": "환불?",
        "faq.a2": "네.",
    }
    rows = load(saved(tmp_path, texts)).rows
    assert [(row.title, row.answer) for row in rows] == [
        ("배송은 며칠 걸려요?", "이틀요."),
        ("환불?", "네."),
    ]


def test_settings_of_a_program_are_no_pairs_of_title_and_answer(tmp_path):
    with pytest.raises(SourceError, match="no column is named"):
        load(saved(tmp_path, {"version": "1.0.0"}))
    rows = load(saved(tmp_path, {"refund": "Within 30 days.", "parking": "Behind it."})).rows
    assert [row.title for row in rows] == ["refund", "parking"]


def test_cards_of_a_board_are_entries_but_for_those_that_are_closed(tmp_path):
    cards = [
        {"id": "c1", "name": "How do I pay?", "desc": "By card.", "closed": False},
        {"id": "c2", "name": "Old", "desc": "No.", "closed": True},
    ]
    loaded = load(saved(tmp_path, {"name": "FAQ", "cards": cards, "actions": []}))
    assert [(row.title, row.answer) for row in loaded.rows] == [("How do I pay?", "By card.")]


def test_cards_of_an_archived_list_are_left_out_and_a_list_is_a_category(tmp_path):
    cards = [
        {"id": "c1", "idList": "l1", "name": "How do I pay?", "desc": "By card.", "closed": False},
        {"id": "c2", "idList": "l2", "name": "The 2019 offer?", "desc": "No.", "closed": False},
    ]
    lists = [
        {"id": "l1", "name": "Billing", "closed": False},
        {"id": "l2", "name": "Old offers", "closed": True},
    ]
    loaded = load(saved(tmp_path, {"name": "FAQ", "cards": cards, "lists": lists}))
    assert [(row.title, row.category) for row in loaded.rows] == [("How do I pay?", "Billing")]
    assert loaded.remarks[-1].text == "not for readers: 'closed' says 'TRUE'"


def test_articles_that_point_to_a_folder_for_agents_are_left_out(tmp_path):
    articles = [
        article("Sign up", folder_id=1, desc_un_html="so"),
        article("Refunds", folder_id=2, desc_un_html="so"),
    ]
    folders = [
        {"id": 1, "name": "Start", "visibility": 1},
        {"id": 2, "name": "Team", "visibility": 3},
    ]
    loaded = load(saved(tmp_path, {"articles": articles, "folders": folders}))
    assert [(row.title, row.category) for row in loaded.rows] == [("Sign up", "Start")]
