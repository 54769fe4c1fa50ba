"""`faqbot eval`: labelled questions against what is served, as tables or as one JSON line."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bots.bootstrap.assistant import open_forgetful
from bots.bootstrap.search import build_retriever
from bots.bootstrap.stores import open_index
from bots.cli.evaluation.evaluate_own import blocked, own_questions, template
from bots.cli.faq.check import first_titles
from bots.cli.jsonl import Row, read_rows
from bots.cli.terminal import clean
from config.settings import Settings
from core.assistant.guardrail import LABELS
from core.errors import FaqIndexError, SourceError
from core.retrieval.retriever import Retriever
from core.text.normalize import normalized
from core.types import Entry, Exchange, Label, SessionId
from ingest.clean import spaceless

Pair = tuple[Label, Label]
Fields = dict[str, Any]


_DEPTH = 20


def evaluate_own(settings: Settings, *, as_json: bool) -> int:
    """Measure whether the FAQ's own questions find their entries, with noise and without.

    Raises:
        FaqIndexError: no FAQ was ingested, or the index cannot be read.
    """
    entries = _served(settings)
    retriever, _ = build_retriever(settings)
    asked = list(own_questions(entries))
    cases = [RetrievalCase(text, (title,), kind=kind) for kind, text, title in asked]
    ranks = [rank_of(case, retriever) for case in cases]
    kinds = by_kind([case.kind for case in cases])
    order = dict.fromkeys(case.kind for case in cases)
    report = {kind: retrieval_fields([ranks[place] for place in kinds[kind]]) for kind in order}
    wrong = [case for case, rank in zip(asked, ranks, strict=True) if rank != 1]
    in_the_way = list(blocked(wrong, first_titles(retriever, [text for _, text, _ in wrong])))
    if as_json:
        print(json.dumps({"own": report, "in_the_way": in_the_way}, ensure_ascii=False))
        return 0
    _table("The FAQ's own questions", "kind", report)
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
    for line in template(_served(settings)):
        print(line)
    return 0


def evaluate(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Measure retrieval on the rows with `relevant` titles, the guardrail on those with a `label`.

    A row with `nearest` titles, or none, is a question that the FAQ does not answer.

    Raises:
        SourceError: a row has none of them, or one that is malformed, or a title that is not there.
    """
    rows = read_rows(str(file), with_id=False)
    for row in rows:
        _check(row)
    searched = [row for row in rows if "relevant" in row.fields]
    judged = [row for row in rows if "label" in row.fields]
    unanswerable = [row for row in rows if "nearest" in row.fields]
    report: Fields = {}
    if searched:
        searched = _with_known_titles(searched, _served(settings))
        retriever, _ = build_retriever(settings)
        retriever.serving.refresh()
        report["retrieval"] = _by_kind(searched, _ranks(retriever, searched), retrieval_fields)
        report["outcomes"] = _outcomes(searched, asyncio.run(_ends(settings, searched)))
    if unanswerable:
        report["unanswerable"] = _outcomes(unanswerable, asyncio.run(_ends(settings, unanswerable)))
    if judged:
        pairs = asyncio.run(_judge(settings, judged))
        report["guardrail"] = guardrail_fields(pairs) | {"by_kind": _recalls(judged, pairs)}
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _print_tables(report)
    return 0


def retrieval_fields(ranks: Sequence[int | None]) -> Fields:
    """The metrics of some questions, from the ranks of their first right entries."""
    return {
        "n": len(ranks),
        "hit@1": round(recall(ranks, 1), 4),
        "hit@5": round(recall(ranks, 5), 4),
        "mrr": round(reciprocal_rank(ranks), 4),
    }


def guardrail_fields(pairs: Sequence[Pair]) -> Fields:
    """Macro-F1, the metrics of each label that occurs, and how often which was taken for which."""
    present = [label for label in LABELS if any(label in pair for pair in pairs)]
    return {
        "n": len(pairs),
        "macro_f1": round(macro_f1(pairs), 4),
        "labels": {
            label: {
                "n": sum(true == label for true, _ in pairs),
                "precision": round(_precision(pairs, label), 4),
                "recall": round(label_recall(pairs, label), 4),
                "f1": round(f1(pairs, label), 4),
            }
            for label in present
        },
        "confusion": {
            true: {given: pairs.count((true, given)) for given in present} for true in present
        },
    }


def _check(row: Row) -> None:
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


def _served(settings: Settings) -> list[Entry]:
    index = open_index(settings)
    serving = index.serving()
    if not serving:
        raise FaqIndexError("there is no FAQ yet: run `faqbot ingest FILE`")
    return [entry for entry, _ in index.stored(serving.name)]


def _with_known_titles(rows: Sequence[Row], entries: Sequence[Entry]) -> list[Row]:
    """The rows with titles as they are served; spaces and the form of letters may differ."""
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


async def _ends(settings: Settings, rows: Sequence[Row]) -> list[str]:
    """How each question would end, as far as it is known without a model."""
    async with open_forgetful(settings, with_models=False) as assistant:
        ends = []
        for row in rows:
            found = await assistant.research(row.question, SessionId("eval"), row.history)
            match found.verdict.label:
                case Label.ON_TOPIC:
                    ends.append("answered" if found.entries else "not_found")
                case Label.GREETING:
                    ends.append("greeted")
                case _:
                    ends.append("refused")
    return ends


def _outcomes(rows: Sequence[Row], ends: Sequence[str]) -> Fields:
    kinds = {**_kinds(rows), "all": range(len(rows))}
    return {
        kind: {
            "n": len(places),
            **{
                end: round(sum(ends[place] == end for place in places) / max(len(places), 1), 4)
                for end in ("answered", "not_found", "refused", "greeted")
            },
        }
        for kind, places in kinds.items()
    }


def _kinds(rows: Sequence[Row]) -> dict[str, list[int]]:
    return by_kind([str(row.fields.get("kind", "")) for row in rows])


def _ranks(retriever: Retriever, rows: Sequence[Row]) -> list[int | None]:
    return [
        rank_of(RetrievalCase(row.question, tuple(row.fields["relevant"]), row.history), retriever)
        for row in rows
    ]


async def _judge(settings: Settings, rows: Sequence[Row]) -> list[Pair]:
    pairs = []
    async with open_forgetful(settings, with_models=False) as assistant:
        for row in rows:
            found = await assistant.research(row.question, SessionId("eval"), row.history)
            pairs.append((Label(row.fields["label"]), found.verdict.label))
    return pairs


def _by_kind(
    rows: Sequence[Row],
    ranks: Sequence[int | None],
    measure: Callable[[Sequence[int | None]], Fields],
) -> Fields:
    kinds = {
        kind: measure([ranks[place] for place in places]) for kind, places in _kinds(rows).items()
    }
    return measure(ranks) | {"by_kind": kinds}


def _recalls(rows: Sequence[Row], pairs: Sequence[Pair]) -> Fields:
    return {
        kind: {
            "n": len(places),
            "recall": round(sum(pairs[p][0] == pairs[p][1] for p in places) / len(places), 4),
        }
        for kind, places in _kinds(rows).items()
    }


def _precision(pairs: Sequence[Pair], label: Label) -> float:
    own = [true == label for true, given in pairs if given == label]
    return sum(own) / max(len(own), 1)


def _print_tables(report: Fields) -> None:
    if found := report.get("retrieval"):
        total = {name: value for name, value in found.items() if name != "by_kind"}
        _table("Retrieval", "kind", found["by_kind"] | {"all": total})
    if ends := report.get("outcomes"):
        _table("What becomes of them", "kind", ends)
    if ends := report.get("unanswerable"):
        _table("What the FAQ does not answer", "kind", ends)
    if judged := report.get("guardrail"):
        macro = {"n": judged["n"], "f1": judged["macro_f1"]}
        _table("Guardrail", "label", judged["labels"] | {"all (macro)": macro})
        _table("Guardrail by kind", "kind", judged["by_kind"])
        _table("Guardrail: what was taken for what", "true \\ given", judged["confusion"])


def _table(title: str, corner: str, rows: dict[str, Fields]) -> None:
    """One row for each item, one column for each metric; the last column set is the widest."""
    from rich.console import Console
    from rich.table import Table

    columns = list(dict.fromkeys(name for fields in rows.values() for name in fields))
    table = Table(title=title, title_justify="left")
    table.add_column(corner)
    for name in columns:
        table.add_column(name, justify="right")
    for item, fields in rows.items():
        table.add_row(item or "-", *(_cell(fields.get(name)) for name in columns))
    Console(highlight=False).print(table)


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class RetrievalCase:
    """A question and the titles of which any one is right."""

    question: str
    relevant: tuple[str, ...]
    history: tuple[Exchange, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class GuardrailCase:
    """A question and its label."""

    question: str
    label: Label
    history: tuple[Exchange, ...] = ()
    kind: str = ""


def read_retrieval_cases(path: Path) -> list[RetrievalCase]:
    """Rows with `relevant` titles; see `bots.rows.read_rows` for the errors."""
    cases = []
    for row in read_rows(str(path), with_id=False):
        relevant = row.fields.get("relevant")
        if not isinstance(relevant, list) or not relevant:
            raise SourceError(f'{row.place}: "relevant" must be a list of titles')
        kind = str(row.fields.get("kind", ""))
        cases.append(RetrievalCase(row.question, tuple(relevant), row.history, kind))
    return cases


def read_guardrail_cases(path: Path) -> list[GuardrailCase]:
    """Rows with a `label`; see `bots.rows.read_rows` for the errors."""
    cases = []
    for row in read_rows(str(path), with_id=False):
        label = row.fields.get("label")
        if label not in list(Label):
            raise SourceError(f'{row.place}: "label" must be one of {", ".join(Label)}')
        kind = str(row.fields.get("kind", ""))
        cases.append(GuardrailCase(row.question, Label(label), row.history, kind))
    return cases


def rank_of(case: RetrievalCase, retriever: Retriever) -> int | None:
    """The place, from 1, of the first right entry; None if it is not among the first 20."""
    hits = retriever.search(normalized(case.question), case.history, limit=_DEPTH)
    places = (place for place, hit in enumerate(hits, start=1) if hit.title in case.relevant)
    return next(places, None)


def recall(ranks: Sequence[int | None], depth: int) -> float:
    """The share of questions with a right entry among the first `depth`."""
    return sum(rank is not None and rank <= depth for rank in ranks) / max(len(ranks), 1)


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """The mean of 1 / rank, 0 where nothing right was found."""
    return sum(1 / rank for rank in ranks if rank) / max(len(ranks), 1)


def f1(pairs: Iterable[tuple[Label, Label]], label: Label) -> float:
    """Return the F1 of one label over (true, given) pairs."""
    hits = misses = wrong = 0
    for true, given in pairs:
        hits += true == given == label
        misses += true == label != given
        wrong += given == label != true
    return 2 * hits / max(2 * hits + misses + wrong, 1)


def macro_f1(pairs: Sequence[tuple[Label, Label]]) -> float:
    """The mean F1 over the labels that occur among the true ones."""
    present = [label for label in LABELS if any(true == label for true, _ in pairs)]
    return sum(f1(pairs, label) for label in present) / max(len(present), 1)


def label_recall(pairs: Sequence[tuple[Label, Label]], label: Label) -> float:
    """The share of a label's questions that got it."""
    own = [given == label for true, given in pairs if true == label]
    return sum(own) / max(len(own), 1)


def by_kind(kinds: Sequence[str]) -> dict[str, list[int]]:
    """The positions of each kind, kinds in alphabetical order."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, kind in enumerate(kinds):
        found[kind].append(position)
    return dict(sorted(found.items()))
