"""The commands of the product recommender, declared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings

_Seed = Annotated[
    int, typer.Option("--seed", help="The seed: the same seed gives the same result.")
]


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` sets logging up."""
    recommender = typer.Typer(no_args_is_help=True)
    app.add_typer(recommender, name="recommender", help="Train and try the product recommender.")

    @recommender.command()
    def train(  # noqa: PLR0913 - the options of a command are its arguments
        data: Annotated[
            Path, typer.Argument(help="A CSV file: the features of a buyer, then the product.")
        ],
        *,
        out: Annotated[Path, typer.Option("--out", help="A folder for the model and pictures.")],
        epochs: Annotated[
            int, typer.Option("--epochs", min=1, help="The most epochs (passes over all rows).")
        ] = 100,
        batch: Annotated[
            int, typer.Option("--batch", min=1, help="The number of rows in one step.")
        ] = 5_000,
        learning_rate: Annotated[
            float, typer.Option("--learning-rate", min=1e-6, help="The learning rate.")
        ] = 0.01,
        patience: Annotated[
            int,
            typer.Option(
                "--patience", min=1, help="Stop after this number of epochs without improvement."
            ),
        ] = 20,
        seed: _Seed = 0,
    ) -> int:
        """Train the network on purchases (extra `recommender`)."""
        read_settings()
        from bots.cli.models.recommender import train
        from core.skills.recommender.report import NetworkOptions

        options = NetworkOptions(
            epochs=epochs, batch=batch, learning_rate=learning_rate, patience=patience, seed=seed
        )
        return train(data, out, options)

    @recommender.command()
    def sample(
        file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
        *,
        rows: Annotated[
            int, typer.Option("--rows", min=1, help="The number of purchases.")
        ] = 70_000,
        noise: Annotated[
            float, typer.Option("--noise", min=0.0, max=1.0, help="The share of random purchases.")
        ] = 0.02,
        seed: _Seed = 0,
    ) -> int:
        """Write made-up purchases whose best possible accuracy is known."""
        from bots.cli.models.recommender import sample

        return sample(file, rows=rows, noise=noise, seed=seed)

    @recommender.command()
    def recommend(
        text: Annotated[str, typer.Argument(help="A description of the buyer.")],
        *,
        model: Annotated[
            Path | None,
            typer.Option(
                "--model", help="The folder of a trained model; by default the model that ships."
            ),
        ] = None,
    ) -> int:
        """Recommend three products, or ask for what is missing."""
        from bots.cli.models.recommender import recommend
        from config.profiles import profile_of

        return recommend(text, model, language=profile_of(read_settings()).language)
