"""Fit the classifier that recognises orders about answers in what people teach the bot.

    python -m bench.train_orders PATH_OF_FAQ

It is taught by `data/examples/orders.jsonl`, and by the answers of the large FAQ and of those in
`data/examples/faqs`, which are no orders. The gate's sets in `tests/fixtures/gate` teach nothing.
Some ten seconds.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from bench.taught_faqs import TAUGHT
from bench.wording_fit import fit_wording
from bots.bootstrap.search import load_analyzer
from config.resources import ENCODER, EXAMPLES, ORDERS
from core.embeddings.kiwi import KiwiEncoder
from core.text.korean import has_hangul
from core.text.sentences import sentences
from ingest.prepare import prepare
from ingest.sources.load import load

_ORDER, _REPLY, _ANSWER = "order", "reply", "answer"
# Of each language as much; orders are rarer than they are among the examples.
_SHARES: Final = {_ORDER: 0.2, _REPLY: 0.4, _ANSWER: 0.4}
_REGULARISATION: Final = 1e-5


def main(faq: Annotated[Path, typer.Argument(help="The large FAQ.")]) -> None:
    """Fit and write config/models/orders.npz."""
    encoder = KiwiEncoder.load(ENCODER, load_analyzer())
    taught = _taught(faq)
    kinds = [(kind, has_hangul(text)) for text, kind in taught.items()]
    sizes = Counter(kinds)
    weights = np.array([_SHARES[kind[0]] / 2 / sizes[kind] for kind in kinds])
    classes = np.array([int(kind == _ORDER) for kind, _ in kinds])
    fit_wording(ORDERS, encoder, list(taught), classes, weights, regularisation=_REGULARISATION)
    typer.echo(f"{ORDERS.name}: {ORDERS.stat().st_size / 1e6:.1f} MB, taught by {dict(sizes)}")


def _taught(faq: Path) -> dict[str, str]:
    """Return texts and their sentences, each with its kind."""
    with (EXAMPLES / "orders.jsonl").open(encoding="utf-8") as rows:
        examples = list(map(json.loads, rows))
    taught = {row["text"]: _ORDER for row in examples if row["order"]}
    replies = (row["text"] for row in examples if not row["order"])
    for text in replies:
        _add(taught, text, _REPLY)
    for path in (faq, *sorted(TAUGHT.glob("*.csv"))):
        for entry in prepare(load(path), {}).entries:
            _add(taught, entry.text, _ANSWER)
    return taught


def _add(taught: dict[str, str], text: str, kind: str) -> None:
    for piece in (text, *filter(None, sentences(text))):
        taught.setdefault(piece, kind)


if __name__ == "__main__":
    typer.run(main)
