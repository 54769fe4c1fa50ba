"""`faqbot recommender`: make up purchases, train a network on them, and ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bots.cli.faq.ingest import progress_bar
from core.charts import line_chart, matrix_chart
from core.errors import ConfigError, StorageError
from core.skills.recommender.advice import Advised, Adviser, Consultation, NextQuestion
from core.skills.recommender.form import load_shipped_form
from core.skills.recommender.generator import best_accuracy, generate, write
from core.skills.recommender.network import Recommender
from core.skills.recommender.purchases import read_purchases
from core.skills.recommender.report import NetworkOptions, NetworkReport

MODEL = Path(__file__).parents[3] / "core" / "skills" / "recommender" / "appliances.npz"


def train(data: Path, out: Path, options: NetworkOptions) -> int:
    """Train, write the model with its curves and confusions, and print the figures.

    Raises:
        ConfigError: the extra is not installed.
        SourceError: the purchases are not usable.
        StorageError: the folder cannot be written.
    """
    try:
        from core.skills.recommender.training import train as fit
    except ImportError as error:
        raise ConfigError(
            f"{error.name} is not installed: pip install 'faqbot[recommender]'"
        ) from error
    purchases = read_purchases(data)
    with progress_bar("training") as progress:
        recommender, report = fit(purchases, options, progress=progress)
    try:
        out.mkdir(parents=True, exist_ok=True)
        recommender.save(out / "recommender.npz")
        (out / "curves.png").write_bytes(_curves(report))
        (out / "confusion.png").write_bytes(_confusion(report, purchases.products))
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}") from error
    for line in _summary(report, best_accuracy(data)):
        print(line)
    print(f"{out / 'recommender.npz'}, curves.png and confusion.png beside it")
    return 0


def sample(file: Path, *, rows: int, noise: float, seed: int) -> int:
    """Write made-up purchases."""
    generated = generate(rows, noise=noise, seed=seed)
    write(generated, file)
    print(
        f"{file}: {rows:,} purchases; nobody can be right on more than "
        f"{generated.best_accuracy:.4f} of them"
    )
    return 0


def recommend(text: str, model: Path | None, *, language: str) -> int:
    """Print three products with why, or the question for what is missing."""
    adviser = Adviser(Recommender.load(model or MODEL), load_shipped_form(language))
    match adviser.hear(text, Consultation()):
        case NextQuestion(field=field):
            print(field.ask)
            print("  ".join(f"[{label}]" for label in field.choices))
        case Advised(products=products):
            for product, why in products:
                print(f"{adviser.form.product(product.product)}  {product.probability:.1%}  {why}")
    return 0


def _summary(report: NetworkReport, best: float | None) -> Iterator[str]:
    yield (
        f"{report.rows:,} purchases to train on, {report.held_out:,} held out; "
        f"{len(report.epochs)} epochs, the best is {report.best_epoch}"
    )
    known = "" if best is None else f" (the best possible on this table is {best:.4f})"
    yield f"accuracy on the held-out rows {report.accuracy:.4f}{known}, top 3 {report.top3:.4f}"


def _curves(report: NetworkReport) -> bytes:
    curves = {
        "loss, training": [epoch.loss for epoch in report.epochs],
        "loss, held out": [epoch.held_out_loss for epoch in report.epochs],
        "accuracy, training": [epoch.accuracy for epoch in report.epochs],
        "accuracy, held out": [epoch.held_out_accuracy for epoch in report.epochs],
    }
    return line_chart("training", curves, xs=[*range(1, len(report.epochs) + 1)], x_label="epoch")


def _confusion(report: NetworkReport, products: tuple[str, ...]) -> bytes:
    return matrix_chart(
        "held-out purchases",
        report.confusion.tolist(),
        labels=products,
        x_label="recommended first",
        y_label="bought",
    )
