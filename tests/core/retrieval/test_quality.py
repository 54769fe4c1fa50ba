"""How good retrieval and the guardrail are on the real FAQ: the figures that the issue asks for.

Slow to prepare (some twenty seconds: every entry is analysed and embedded once) and skipped, by
name, where the real FAQ is not.
"""

import json
import pickle
from dataclasses import replace

import pytest

from bots.cli.evaluation.labelled_questions import (
    rank_of,
    read_guardrail_cases,
    read_retrieval_cases,
)
from bots.cli.evaluation.metrics import label_recall, macro_f1, recall, reciprocal_rank
from config.resources import EXAMPLES
from core.assistant.guardrails.guardrail import Evidence
from core.types import Exchange, Label


@pytest.fixture
def entries(real_faq):
    return real_faq.entries


@pytest.fixture
def with_pack(real_faq):
    return real_faq.with_pack


@pytest.fixture
def without_pack(real_faq):
    return real_faq.without_pack


@pytest.fixture(scope="module")
def cases(shared):
    return read_retrieval_cases(shared / "eval" / "retrieval.dev.jsonl")


@pytest.fixture(scope="module")
def labelled(shared):
    return read_guardrail_cases(shared / "eval" / "guardrail.dev.jsonl")


def figures(retriever, cases):
    ranks = [rank_of(case, retriever) for case in cases]
    return recall(ranks, 1), recall(ranks, 5), reciprocal_rank(ranks)


def judged(retriever, guardrail, labelled):
    """Pairs of the true and the given label."""
    pairs = []
    for case in labelled:
        alone = retriever.search(case.question)
        found = retriever.search(case.question, case.history) if case.history else alone
        evidence = Evidence(case.question, found, alone)
        pairs.append((case.label, guardrail.judge(evidence).label))
    return pairs


def test_retrieval_with_the_pack(with_pack, cases):
    """hit@1 0.80, hit@5 0.96, MRR 0.87."""
    first, five, reciprocal = figures(with_pack, cases)
    assert first >= 0.80
    assert five >= 0.96
    assert reciprocal >= 0.87


def test_retrieval_without_the_pack(without_pack, cases):
    """hit@1 0.52, hit@5 0.82, MRR 0.65."""
    first, five, reciprocal = figures(without_pack, cases)
    assert first >= 0.52
    assert five >= 0.82
    assert reciprocal >= 0.65


@pytest.mark.parametrize("index", ["with_pack", "without_pack"])
def test_the_guardrail(request, guardrail, labelled, index):
    """Macro-F1 0.85, recall of on-topic questions 0.94 and of injections 0.90."""
    pairs = judged(request.getfixturevalue(index), guardrail, labelled)
    assert macro_f1(pairs) >= 0.85
    assert label_recall(pairs, Label.ON_TOPIC) >= 0.94
    assert label_recall(pairs, Label.INJECTION) >= 0.90


def test_titles_are_keys_of_the_pickle_byte_for_byte(with_pack, shared, cases):
    """All of them in the index, and whatever is found."""
    with (shared / "data" / "final_result.pkl").open("rb") as file:
        keys = list(pickle.load(file))
    lexical = with_pack.serving.refresh().lexical
    assert list(lexical.titles) == keys
    found = {hit.title for case in cases[:40] for hit in with_pack.search(case.question)}
    assert found <= set(keys)


def test_every_title_finds_its_entry(with_pack, entries):
    """Asked in its own words, an entry is the first; a few have a twin."""
    some = entries[::9]
    first = [with_pack.search(entry.title, limit=1)[0].title == entry.title for entry in some]
    assert sum(first) / len(first) >= 0.97


def test_another_topic_in_the_middle_of_a_conversation_is_found(with_pack, cases):
    """After any other question, a question that stands alone is still found among the first."""
    alone = [case for case in cases if not case.history]
    moved = [
        replace(case, history=(_past(alone[number - 1]),))
        for number, case in enumerate(alone)
        if not set(case.relevant) & set(alone[number - 1].relevant)
    ]
    first, five, _ = figures(with_pack, moved)
    assert first >= 0.80
    assert five >= 0.93


def _past(case):
    return Exchange(case.question, "…", case.relevant[:1])


def test_the_eval_set_is_not_copied_into_the_models(labelled):
    """No labelled question of the eval set is among the guardrail's own examples."""
    files = sorted(EXAMPLES.glob("*.jsonl"))
    assert files
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    rows = map(json.loads, lines)
    examples = {"".join((row.get("question") or row["text"]).split()) for row in rows}
    asked = {"".join(case.question.split()) for case in labelled if len(case.question) > 8}
    copied = examples & asked
    assert copied == set()
