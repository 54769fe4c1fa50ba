"""An export has no question twice, splits no conversation, and is checked as it is on the disk."""

import json

import pytest

from core.errors import SourceError
from core.llm.prompts import Excerpt
from core.llm.tuning.candidates import LeftOut, Reason
from core.llm.tuning.dataset import ExportFolder, build
from core.llm.tuning.examples import Example


def example(number, group=None, question=None, right=(1,)):
    question = question or f"질문 {number}?"
    messages = (
        {"role": "system", "content": "규칙"},
        {"role": "user", "content": f"<passages>\n</passages>\n{question}"},
        {"role": "assistant", "content": f"답 {number} [1]"},
    )
    excerpts = (Excerpt("제목", f"답 {number}"),)
    return Example(f"o{number}", group or f"g{number}", question, messages, excerpts, right)


@pytest.fixture
def folder(tmp_path):
    folder = ExportFolder(tmp_path / "export")
    rows = [*(example(n) for n in range(150)), LeftOut("x", Reason.DISLIKED)]
    folder.write(build(rows, share=0.1, seed=0))
    return folder


def test_the_first_of_equal_questions_stays():
    """Spacing and punctuation make no other question; a missing passage does."""
    rows = [example(n) for n in range(120)]
    again = example(500, question="질문3")
    other = example(501, question="질문 3?", right=())
    dataset = build([*rows, again, other], share=0.1, seed=0)
    kept = {row.origin for row in dataset.train + dataset.held_out}
    assert "o3" in kept
    assert "o501" in kept
    assert dataset.left_out == [LeftOut("o500", Reason.REPEATED)]


def test_a_conversation_is_never_split_and_a_seed_decides():
    rows = [example(n, group=f"session {n // 7}") for n in range(210)]
    first, again, other = (build(rows, share=0.2, seed=seed) for seed in (0, 0, 1))
    assert first.held_out == again.held_out != other.held_out
    assert 42 <= len(first.held_out) < 49
    assert not {r.group for r in first.held_out} & {r.group for r in first.train}
    assert len(first.train) + len(first.held_out) == 210


def test_too_few_say_what_is_missing_and_what_was_left_out():
    with pytest.raises(SourceError, match=r"99 examples .* at least 100 .* 1 \(nobody said"):
        build([*(example(n) for n in range(99)), LeftOut("q", Reason.NO_OPINION)], share=0, seed=0)


def test_what_is_written_is_read_and_reported(folder):
    lines = [json.loads(line) for line in folder.train.read_text(encoding="utf-8").splitlines()]
    assert all(set(line) == {"messages"} for line in lines)
    report = json.loads(folder.report.read_text(encoding="utf-8"))
    assert report["train"] == len(lines) == 135
    assert report["left_out"] == {"somebody said that it did not help": 1}
    assert report["each"] == [{"origin": "x", "reason": "somebody said that it did not help"}]
    assert [row.right for row in folder.questions()] == [(1,)] * 15
    assert folder.questions()[0].excerpts[0].title == "제목"
    assert folder.check() > 135


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"prompt": "a"}', "messages"),
        ('{"messages": []}', "messages"),
        ('{"messages": [{"role": "user"}]}', "content"),
        ('{"messages": [{"role": "robot", "content": "a"}]}', "robot"),
        ('{"messages": [{"role": "user", "content": " "}]}', "says nothing"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "end with an assistant"),
    ],
)
def test_a_broken_line_is_named_by_its_number(folder, line, named):
    """Whoever edited the file is told before anything is uploaded."""
    text = folder.train.read_text(encoding="utf-8").splitlines()
    text[4] = line
    folder.train.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(SourceError, match=rf"train\.jsonl:5.*{named}"):
        folder.check()


def test_an_edited_file_with_too_few_lines_is_refused(folder):
    lines = folder.train.read_text(encoding="utf-8").splitlines()
    folder.train.write_text("\n".join(lines[:99]), encoding="utf-8")
    with pytest.raises(SourceError, match="99 examples"):
        folder.check()


def test_a_folder_without_an_export_says_what_writes_one(tmp_path):
    with pytest.raises(SourceError, match="faqbot tune export"):
        ExportFolder(tmp_path).check()
