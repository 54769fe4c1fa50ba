"""Question packs: read whole, or refused with the line that is wrong."""

import json
from hashlib import sha256

import pytest

from config.resources import QUESTION_PACKS
from core.errors import SourceError
from ingest.question_packs import load_pack, title_key
from ingest.sources.load import load

KEY = title_key("배송비는?")


def _pack(tmp_path, *lines):
    file = tmp_path / "pack.jsonl"
    file.write_bytes(
        b"\n".join(ln if isinstance(ln, bytes) else json.dumps(ln).encode() for ln in lines)
    )
    return file


def test_a_key_is_the_hash_of_the_exact_title():
    """One space more is another title."""
    assert sha256("배송비는?".encode()).hexdigest() == KEY
    assert title_key("배송비는? ") != KEY


def test_a_pack_gives_the_questions_by_key(tmp_path):
    """Blank lines and blank questions are passed over, a repeated key is united."""
    lines = (
        {"key": KEY, "questions": [" 배송비 얼마 ", ""]},
        b" ",
        {"key": KEY, "questions": ["택배비", "배송비 얼마"]},
    )
    assert load_pack(_pack(tmp_path, *lines)) == {KEY: ("배송비 얼마", "택배비")}


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        {"key": KEY},
        {"key": "abc", "questions": ["q"]},
        {"key": KEY.upper(), "questions": ["q"]},
        {"key": KEY + "\n", "questions": ["q"]},
        {"key": KEY, "questions": "q"},
        {"key": KEY, "questions": [1]},
        {"key": KEY, "questions": ["\ud800"]},
    ],
)
def test_a_malformed_line_is_named(tmp_path, line):
    """A pack is made by a program: one bad line means that the file is not right."""
    with pytest.raises(SourceError, match=r"^pack\.jsonl:2: each line is") as refused:
        load_pack(_pack(tmp_path, {"key": KEY, "questions": ["q"]}, line))
    assert "\n" not in str(refused.value)


def test_a_missing_and_an_empty_pack_are_refused(tmp_path):
    """Silence would look like a pack without effect."""
    with pytest.raises(SourceError, match="cannot be read"):
        load_pack(tmp_path / "none.jsonl")
    with pytest.raises(SourceError, match="holds no questions"):
        load_pack(_pack(tmp_path, b"\n"))


def test_the_real_pack_has_questions_for_every_real_title(shared):
    """10,855 questions, each of a title of the real FAQ."""
    pack = load_pack(shared / "questions" / "smartstore.jsonl")
    titles = {title_key(row.title) for row in load(shared / "data" / "final_result.pkl").rows}
    assert pack.keys() == titles
    assert sum(map(len, pack.values())) == 10_855


def test_the_pack_that_ships_has_every_question_of_the_given_one_and_more(shared):
    """No entry lost a question; each has others in the words of people."""
    given = load_pack(shared / "questions" / "smartstore.jsonl")
    shipped = load_pack(QUESTION_PACKS / "smartstore.jsonl")
    assert shipped.keys() == given.keys()
    assert all(set(given[key]) < set(shipped[key]) for key in given)
