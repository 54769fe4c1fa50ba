"""`faqbot questions`: the questions as a person sees and edits them."""

import asyncio
import csv
import json
from datetime import UTC, datetime

import pytest

from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.stores import open_stores
from bots.cli.evaluation.labelled_questions import read_retrieval_cases
from bots.cli.faq.questions import (
    export_liked,
    export_questions,
    import_questions,
    list_questions,
)
from config.settings import Settings
from core.errors import FaqIndexError, SourceError
from core.retrieval.chroma.index import ChromaIndex
from core.types import Feedback, Question, SessionId, Turn, TurnState

ROWS = [
    {"title": "환불은 언제 되나요?", "answer": "3일 안에 됩니다.", "questions": ["돈 언제 와요"]},
    {
        "title": "배송은 얼마나 걸리나요?",
        "answer": "이틀이 걸립니다.",
        "questions": ["며칠 걸려요"],
    },
]
REFUND, DELIVERY = (row["title"] for row in ROWS)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Two entries, ingested once; tests that change questions do so in one pack."""
    folder = tmp_path_factory.mktemp("faq")
    settings = Settings(data_dir=folder / "data")
    ingest(settings, folder)
    return settings


def ingest(settings, folder):
    path = folder / "faq.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return run_ingest(settings, path, questions=None, use_packs=True, progress=lambda *_: None)


def served(settings):
    index = ChromaIndex.open(settings.index_dir)
    return {e.title: e.questions for e, _ in index.stored(index.serving().name)}


def jsonl(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_the_list_shows_titles_with_their_questions(settings, capsys):
    """All, or those with a text in the title or a question; spaces do not matter."""
    list_questions(settings, "", limit=50)
    said = capsys.readouterr().out
    assert f"{REFUND}\n  - 돈 언제 와요\n" in said
    assert "2 entries with 2 questions." in said
    list_questions(settings, "며칠걸려", limit=50)
    said = capsys.readouterr().out
    assert DELIVERY in said
    assert REFUND not in said
    list_questions(settings, "", limit=1)
    assert "the first 1 are shown" in capsys.readouterr().out


def test_what_is_exported_can_be_edited_and_imported(settings, tmp_path, capsys):
    """After an ingest the edited questions are all that the entry has, the source's included."""
    file = tmp_path / "questions.csv"
    export_questions(settings, file)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert rows == [["title", "question"], [REFUND, "돈 언제 와요"], [DELIVERY, "며칠 걸려요"]]
    text = file.read_text(encoding="utf-8-sig").replace("돈 언제 와요", "환불 며칠")
    file.write_text(text, encoding="utf-8")
    import_questions(settings, file)
    assert "1 have other questions now" in capsys.readouterr().out
    report = ingest(settings, tmp_path)
    assert report.packs == ("own.jsonl",)
    assert served(settings) == {REFUND: ("환불 며칠",), DELIVERY: ("며칠 걸려요",)}


def test_an_export_holds_no_formula_and_is_imported_as_it_was(settings, tmp_path, capsys):
    """A spreadsheet runs a question that somebody began with `=`; ours is marked as text."""
    formula = '=HYPERLINK("https://evil.example")'
    rows = [{"title": DELIVERY, "questions": [formula]}]
    import_questions(settings, jsonl(tmp_path / "q.jsonl", rows))
    ingest(settings, tmp_path)
    assert served(settings)[DELIVERY] == (formula,)
    file = tmp_path / "questions.csv"
    export_questions(settings, file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert [DELIVERY, f"'{formula}"] in list(csv.reader(lines))
    import_questions(settings, file)
    assert "0 have other questions now" in capsys.readouterr().out


def test_an_entry_may_lose_all_its_questions(settings, tmp_path):
    """An empty list is said on purpose."""
    import_questions(settings, jsonl(tmp_path / "q.jsonl", [{"title": DELIVERY, "questions": []}]))
    ingest(settings, tmp_path)
    assert served(settings)[DELIVERY] == ()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"title": "없는 제목", "questions": ["질문"]}], "no entry has the title"),
        ([{"title": DELIVERY, "questions": ["x" * 201]}], "200 characters"),
        ([{"title": DELIVERY, "questions": ["같은 것", "같은것"]}], "has that question already"),
        ([{"title": DELIVERY}], "a line is"),
        ([], "holds no questions"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing(settings, tmp_path, rows, words):
    """The line says where and what."""
    before = settings.own_questions.read_bytes() if settings.own_questions.exists() else b""
    with pytest.raises(SourceError, match=words):
        import_questions(settings, jsonl(tmp_path / "q.jsonl", rows))
    after = settings.own_questions.read_bytes() if settings.own_questions.exists() else b""
    assert after == before


@pytest.mark.parametrize("name", ["q.txt", "missing.csv"])
def test_other_files_are_refused(settings, tmp_path, name):
    """By their form, or because they are not there."""
    with pytest.raises(SourceError, match=name):
        import_questions(settings, tmp_path / name)


def test_a_table_needs_its_columns(settings, tmp_path):
    """Title and question, by name."""
    (tmp_path / "q.csv").write_text("제목,질문\n가,나\n", encoding="utf-8")
    with pytest.raises(SourceError, match="title and question"):
        import_questions(settings, tmp_path / "q.csv")


def test_without_a_faq_there_is_nothing_to_show(tmp_path):
    """The error says what to run."""
    with pytest.raises(FaqIndexError, match="faqbot ingest"):
        list_questions(Settings(data_dir=tmp_path), "", limit=1)


async def _asked(settings):
    """One answer that is liked, one that only some like, and one without an opinion."""
    now = datetime.now(UTC)
    async with open_stores(settings) as stores:
        for number, helpful in enumerate(([True, True], [True, False], [])):
            question = Question(
                f"web:{number}", SessionId(f"web:{number}"), f"질문 {number}", "U", now
            )
            turn = Turn(question, TurnState.ANSWERED, "답", (REFUND,))
            await stores.history.append(turn)
            for user, one in enumerate(helpful):
                await stores.archive.give_feedback(Feedback(question.id, f"U{user}", one))


def test_what_people_liked_is_written_as_labelled_questions(settings, tmp_path, capsys):
    asyncio.run(_asked(settings))
    file = tmp_path / "liked.jsonl"
    assert export_liked(settings, file, last=10) == 0
    (case,) = read_retrieval_cases(file)
    assert (case.question, case.relevant) == ("질문 0", (REFUND,))
