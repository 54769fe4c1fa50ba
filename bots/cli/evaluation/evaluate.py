"""`faqbot eval`: labelled questions against what is served, as tables or as one JSON line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from bots.bootstrap.index.checkup import first_hits
from bots.bootstrap.search import build_retriever
from bots.bootstrap.stores import served_entries
from bots.cli.evaluation.evaluate_own import blocked, template
from bots.cli.evaluation.labelled_questions import RetrievalCase, rank_of
from bots.cli.evaluation.metrics import Fields, Pair, by_kind, guardrail_fields, retrieval_fields
from bots.cli.evaluation.outcomes import otherwise, outcomes_of, shares_of
from bots.cli.evaluation.tables import print_report, print_table
from bots.cli.jsonl import QuestionRow, read_rows
from bots.cli.terminal import clean
from config.settings import Settings
from core.errors import SourceError
from core.retrieval.retriever import Retriever
from core.types import Entry, Label
from ingest.clean import spaceless
from ingest.own_questions import own_questions


def evaluate_own(settings: Settings, *, as_json: bool) -> int:
    """Measure whether the FAQ's own questions find their entries, with noise and without.

    Raises:
        FaqIndexError: no FAQ was ingested, or the index cannot be read.
    """
    entries = served_entries(settings)
    retriever, _ = build_retriever(settings)
    asked = list(own_questions(entries))
    cases = [RetrievalCase(text, (title,), kind=kind) for kind, text, title in asked]
    ranks = [rank_of(case, retriever) for case in cases]
    kinds = by_kind([case.kind for case in cases])
    order = dict.fromkeys(case.kind for case in cases)
    report = {kind: retrieval_fields([ranks[place] for place in kinds[kind]]) for kind in order}
    wrong = [case for case, rank in zip(asked, ranks, strict=True) if rank != 1]
    first = first_hits(retriever, [text for _, text, _ in wrong])
    in_the_way = list(blocked(wrong, [hit.title if hit else "" for hit in first]))
    if as_json:
        print(json.dumps({"own": report, "in_the_way": in_the_way}, ensure_ascii=False))
        return 0
    print_table("The FAQ's own questions", "kind", report)
    if in_the_way:
        print("What stands in the way:")
    for line in in_the_way:
        print(f"  {clean(line)}")
    return 0


def print_template(settings: Settings) -> int:
    """Print rows to fill in, for `faqbot eval FILE`.

    Raises:
        FaqIndexError: no FAQ was ingested, or the index cannot be read.
    """
    for line in template(served_entries(settings)):
        print(line)
    return 0


def evaluate(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Measure retrieval on the rows with `relevant` titles, the guardrail on those with a `label`.

    A row with `nearest` titles, or none, is a question that the FAQ does not answer.

    Raises:
        SourceError: a row has none of them, or one that is malformed, or a title that is not there,
            or no question is written yet.
    """
    rows = [row for row in read_rows(str(file), with_id=False) if row.question.strip()]
    if not rows:
        raise SourceError(f"{file}: no question is written yet; fill in those of the template")
    for row in rows:
        _check(row)
    searched = [row for row in rows if "relevant" in row.fields]
    judged = [row for row in rows if "label" in row.fields]
    unanswerable = [row for row in rows if "nearest" in row.fields]
    report: Fields = {}
    missed: list[Fields] = []
    if searched:
        searched = _with_known_titles(searched, served_entries(settings))
        retriever, _ = build_retriever(settings)
        retriever.serving.refresh()
        report["retrieval"] = _by_kind(searched, _ranks(retriever, searched), retrieval_fields)
    for name, asked in (("outcomes", searched), ("unanswerable", unanswerable)):
        if asked:
            outcomes = asyncio.run(outcomes_of(settings, asked))
            report[name] = shares_of(asked, outcomes)
            missed += otherwise(asked, outcomes)
    if judged:
        judged = [replace(row, fields=_labelled(row.fields)) for row in judged]
        outcomes = asyncio.run(outcomes_of(settings, judged))
        pairs = [
            (Label(row.fields["label"]), outcome.label)
            for row, outcome in zip(judged, outcomes, strict=True)
        ]
        report["guardrail"] = guardrail_fields(pairs) | {"by_kind": _recalls(judged, pairs)}
        missed += otherwise(judged, outcomes)
    report["otherwise"] = missed
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print_report(report)
    return 0


def _check(row: QuestionRow) -> None:
    if not row.fields.keys() & {"relevant", "nearest", "label"}:
        raise SourceError(
            f'{row.place}: "relevant" (titles), "nearest" (titles) or a "label" is needed'
        )
    relevant = row.fields.get("relevant", [""])
    if not _are_texts(relevant) or not relevant:
        raise SourceError(f'{row.place}: "relevant" must be a list of titles')
    if not _are_texts(row.fields.get("nearest", [])):
        raise SourceError(f'{row.place}: "nearest" must be a list of titles; it may be empty')
    if row.fields.get("label", Label.ON_TOPIC) not in list(Label):
        raise SourceError(f'{row.place}: "label" must be one of {", ".join(Label)}')


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _with_known_titles(rows: Sequence[QuestionRow], entries: Sequence[Entry]) -> list[QuestionRow]:
    """Return the rows with titles as they are served; spaces and the form of letters may differ."""
    known = {spaceless(entry.title): entry.title for entry in entries}
    checked = []
    for row in rows:
        titles = [known.get(spaceless(title), "") for title in row.fields["relevant"]]
        if "" in titles:
            wrong = row.fields["relevant"][titles.index("")]
            close = get_close_matches(wrong, list(known.values()), n=1)
            advice = (
                f"did you mean {close[0]!r}?" if close else "`faqbot eval --template` has titles"
            )
            raise SourceError(f"{row.place}: no entry is called {wrong!r}; {advice}")
        checked.append(replace(row, fields={**row.fields, "relevant": titles}))
    return checked


def _labelled(fields: Fields) -> Fields:
    """Return what a row says of its label and kind alone."""
    return {name: value for name, value in fields.items() if name in ("label", "kind")}


def _kinds(rows: Sequence[QuestionRow]) -> dict[str, list[int]]:
    return by_kind([str(row.fields.get("kind", "")) for row in rows])


def _ranks(retriever: Retriever, rows: Sequence[QuestionRow]) -> list[int | None]:
    return [
        rank_of(RetrievalCase(row.question, tuple(row.fields["relevant"]), row.history), retriever)
        for row in rows
    ]


def _by_kind(
    rows: Sequence[QuestionRow],
    ranks: Sequence[int | None],
    measure: Callable[[Sequence[int | None]], Fields],
) -> Fields:
    kinds = {
        kind: measure([ranks[place] for place in places]) for kind, places in _kinds(rows).items()
    }
    return measure(ranks) | {"by_kind": kinds}


def _recalls(rows: Sequence[QuestionRow], pairs: Sequence[Pair]) -> Fields:
    return {
        kind: {
            "n": len(places),
            "recall": round(sum(pairs[p][0] == pairs[p][1] for p in places) / len(places), 4),
        }
        for kind, places in _kinds(rows).items()
    }
