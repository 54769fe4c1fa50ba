"""The tables in which an evaluation is printed."""

from __future__ import annotations

from bots.cli.evaluation.metrics import Fields
from bots.cli.terminal import clean


def print_report(report: Fields) -> None:
    if found := report.get("retrieval"):
        total = {name: value for name, value in found.items() if name != "by_kind"}
        print_table("Retrieval", "kind", found["by_kind"] | {"all": total})
    if ends := report.get("outcomes"):
        print_table("What becomes of them", "kind", ends)
    if ends := report.get("unanswerable"):
        print_table("What the FAQ does not answer", "kind", ends)
    if judged := report.get("guardrail"):
        macro = {"n": judged["n"], "f1": judged["macro_f1"]}
        print_table("Guardrail", "label", judged["labels"] | {"all (macro)": macro})
        if any(judged["by_kind"]):
            print_table("Guardrail by kind", "kind", judged["by_kind"])
        print_table("Guardrail: what was taken for what", "true \\ given", judged["confusion"])
    if missed := report.get("otherwise"):
        print("What went otherwise:")
    for case in missed or ():
        first = f"; the nearest is {case['first']!r}" if case["first"] else ""
        line = f"{case['question']!r} was {case['end'].replace('_', ' ')}{first}"
        print(f"  {clean(line)}; wanted: {clean(str(case['wanted']))!r}")


def print_table(title: str, corner: str, rows: dict[str, Fields]) -> None:
    """Print one row for each item and one column for each metric."""
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
