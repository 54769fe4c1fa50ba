"""`faqbot eval`: labelled questions against what is served, as tables or as one JSON line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bots.evaluation import (
    RetrievalCase,
    by_kind,
    f1,
    label_recall,
    macro_f1,
    rank_of,
    recall,
    reciprocal_rank,
)
from bots.rows import Row, read_rows
from bots.runtime import build_retriever, open_forgetful
from config.settings import Settings
from core.errors import SourceError
from core.guardrail import LABELS
from core.retrieval import Retriever
from core.types import Label, SessionId

Pair = tuple[Label, Label]
Fields = dict[str, Any]


def evaluate(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Measure retrieval on the rows with `relevant` titles, the guardrail on those with a `label`.

    Raises:
        SourceError: a row has neither, or one that is malformed.
    """
    rows = read_rows(str(file), with_id=False)
    for row in rows:
        _check(row)
    searched = [row for row in rows if "relevant" in row.fields]
    judged = [row for row in rows if "label" in row.fields]
    report: Fields = {}
    if searched:
        retriever, _ = build_retriever(settings)
        retriever.serving.refresh()
        report["retrieval"] = _by_kind(searched, _ranks(retriever, searched), retrieval_fields)
    if judged:
        pairs = asyncio.run(_judge(settings, judged))
        report["guardrail"] = guardrail_fields(pairs) | {"by_kind": _recalls(judged, pairs)}
    if as_json:
        print(json.dumps(report, ensure_ascii=False))  # noqa: T201 - the interface
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
    if "relevant" not in row.fields and "label" not in row.fields:
        raise SourceError(f'{row.place}: "relevant" (titles) or a "label" is needed')
    relevant = row.fields.get("relevant", [""])
    texts = isinstance(relevant, list) and all(isinstance(title, str) for title in relevant)
    if not texts or not relevant:
        raise SourceError(f'{row.place}: "relevant" must be a list of titles')
    if row.fields.get("label", Label.ON_TOPIC) not in list(Label):
        raise SourceError(f'{row.place}: "label" must be one of {", ".join(Label)}')


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
    if judged := report.get("guardrail"):
        macro = {"n": judged["n"], "f1": judged["macro_f1"]}
        _table("Guardrail", "label", judged["labels"] | {"all (macro)": macro})
        _table("Guardrail by kind", "kind", judged["by_kind"])
        _table("Guardrail: what was taken for what", "true \\ given", judged["confusion"])


def _table(title: str, corner: str, rows: dict[str, Fields]) -> None:
    """One row for each item, one column for each metric; the last column set is the widest."""
    from rich.console import Console  # noqa: PLC0415 - --json need not wait for it
    from rich.table import Table  # noqa: PLC0415

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
