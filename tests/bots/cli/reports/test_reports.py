"""`faqbot stats`, `gaps`, `transcript` and `replay`, as those who run the bot use them."""

import json
import shutil

import pytest


@pytest.fixture(scope="module")
def asked(ingested, tmp_path_factory):
    """A command line on which something was asked, and something in vain."""
    data = tmp_path_factory.mktemp("asked") / "data"
    cli = type(ingested)(shutil.copytree(ingested.data, data), ingested.cwd)
    title = json.loads(cli("search", "정산", "--json").stdout)["results"][0]["title"]
    for text in (title, "오늘 서울 날씨 어때?"):
        assert cli("ask", text, "--session", "s1").returncode == 0
    return cli


def printed(cli, *arguments):
    done = cli(*arguments, "--json")
    assert (done.stderr, done.stdout[:1]) == ("", "{")
    return json.loads(done.stdout), done.returncode


def test_stats_counts_what_was_asked(asked):
    told, _ = printed(asked, "stats", "--over", "hours")
    assert (told["total"]["asked"], told["total"]["answered"]) == (2, 1)
    assert told["periods"][-1]["asked"] == 2
    recounted, _ = printed(asked, "stats", "--recount")
    assert recounted["total"] == told["total"]
    assert "answered" in asked("stats").stdout


def test_gaps_is_empty_where_nothing_was_in_vain(ingested):
    assert printed(ingested, "gaps")[0] == {"groups": []}
    assert "no gaps" in ingested("gaps").stdout


def test_a_transcript_shows_each_turn(asked):
    told, _ = printed(asked, "transcript", "s1")
    assert told["turns"][0]["state"] == "answered"
    assert told["turns"][0]["passages"][0]["text"]
    assert "-> answered" in asked("transcript", "s1").stdout
    done = asked("transcript", "nobody")
    assert (done.returncode, "no such session" in done.stderr) == (1, True)


def test_a_replay_ends_with_1_where_answers_are_lost(asked, small_faq, tmp_path):
    told, code = printed(asked, "replay", "--against", small_faq)
    assert (code, told["passed"], told["changes"]["same"]) == (0, True, 2)
    questions = tmp_path / "questions.jsonl"
    first = json.loads(asked("search", "정산", "--json").stdout)["results"][0]["title"]
    questions.write_text(json.dumps({"question": first, "relevant": [first]}), encoding="utf-8")
    less = tmp_path / "less.jsonl"
    less.write_text(
        json.dumps({"title": "운동화 끈을 묶는 법", "answer": "고리를 만들어 당깁니다."}),
        encoding="utf-8",
    )
    told, code = printed(asked, "replay", "--against", less, "--questions", questions)
    assert (code, told["changes"]["worse"]) == (1, 1)


def test_a_replay_of_the_same_faq_changes_nothing_where_people_have_taught(
    ingested, small_faq, tmp_path
):
    """The new FAQ is asked with the lessons that it will have after an ingest."""
    cli = type(ingested)(shutil.copytree(ingested.data, tmp_path / "data"), ingested.cwd)
    question = "사내 수영장은 몇 시에 여나요?"
    assert cli("learn", question, "아침 6시에 열어요.").returncode == 0
    assert cli("ask", question, "--session", "s1").returncode == 0
    told, code = printed(cli, "replay", "--against", small_faq)
    assert (code, told["changes"]["same"], told["changes"]["worse"]) == (0, 1, 0)


def test_a_replay_without_questions_says_what_to_give(ingested, small_faq):
    done = ingested("replay", "--against", small_faq)
    assert (done.returncode, "--questions FILE" in done.stderr) == (1, True)
