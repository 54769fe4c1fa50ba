"""Pairs come from entries and from SQuAD-like files, and no group is split."""

import json

import pytest

from core.errors import SourceError
from core.llm.local.corpus import NO_ANSWER, Pair, pairs_of_entries, read_squad, split
from core.types import Entry

PARAGRAPH = "한강은 서울을 지난다. 길이는 494km이다."


def squad(tmp_path, document):
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def article(*questions, title="한강"):
    return {"title": title, "paragraphs": [{"context": PARAGRAPH, "qas": list(questions)}]}


def test_a_squad_file_gives_answers_and_questions_without_one(tmp_path):
    """SQuAD 2.0 marks a question as impossible; KorQuAD 1.0 has no such mark."""
    found = {"id": "1", "question": "길이는?", "answers": [{"text": "494km", "answer_start": 17}]}
    lacking = {"id": "2", "question": "깊이는?", "answers": [], "is_impossible": True}
    path = squad(tmp_path, {"version": "v2.0", "data": [article(found, lacking)]})
    assert read_squad(path) == [
        Pair("길이는?", "494km", PARAGRAPH, "한강"),
        Pair("깊이는?", NO_ANSWER, PARAGRAPH, "한강"),
    ]


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"rows": []}, "SQuAD"),
        ({"data": [{"paragraphs": [{"qas": [{"question": "?"}]}]}]}, r"data\[0\]"),
        ({"data": []}, "no question"),
        ([], "SQuAD"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, document, named):
    with pytest.raises(SourceError, match=named):
        read_squad(squad(tmp_path, document))


def test_a_file_that_is_no_json_or_not_there_is_named(tmp_path):
    path = tmp_path / "broken.json"
    with pytest.raises(SourceError, match="cannot be read"):
        read_squad(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match="not JSON"):
        read_squad(path)


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_korquad_in_its_own_form_is_read(shared, tmp_path):
    """The halves of KorQuAD, put together again as its authors publish it."""
    folder = shared / "eval" / "other"
    texts = {row["title"]: row["answer"] for row in rows_of(folder / "korquad.faq.jsonl")}
    articles = []
    for row in rows_of(folder / "korquad.jsonl"):
        title = row["relevant"][0]
        answers = [{"text": texts[title][:9], "answer_start": 0}]
        asked = {"question": row["question"], "answers": answers}
        articles.append({"title": title, "paragraphs": [{"context": texts[title], "qas": [asked]}]})
    pairs = read_squad(squad(tmp_path, {"version": "KorQuAD_v1.0_dev", "data": articles}))
    assert len(pairs) == len(articles)
    assert all(pair.answer in pair.context for pair in pairs)
    corpus = split(pairs)
    assert not {p.group for p in corpus.train} & {p.group for p in corpus.held_out}


def test_every_phrasing_of_an_entry_is_a_pair():
    entry = Entry("1", "환불은 언제?", "3일 안에.", questions=("환불 며칠", "환불은 언제?"))
    pairs = [*pairs_of_entries([entry])]
    assert [(pair.question, pair.answer) for pair in pairs] == [
        ("환불은 언제?", "3일 안에."),
        ("환불 며칠", "3일 안에."),
    ]


def test_the_split_holds_out_whole_groups_and_depends_on_the_seed_alone():
    pairs = [Pair(f"{n}-{m}?", "답", group=str(n)) for n in range(40) for m in range(3)]
    first, again, other = split(pairs), split([*pairs]), split(pairs, seed=1)
    assert first == again != other
    assert 9 <= len(first.held_out) <= 15
    assert not {p.group for p in first.train} & {p.group for p in first.held_out}
    assert len(first.train) + len(first.held_out) == len(pairs)


def test_one_group_cannot_be_split():
    with pytest.raises(SourceError, match="too few"):
        split([Pair("하나?", "답", group="1"), Pair("둘?", "답", group="1")])
