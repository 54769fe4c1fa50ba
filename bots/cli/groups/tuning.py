"""The commands of models that are adapted to the FAQ, declared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    tune = typer.Typer(no_args_is_help=True)
    app.add_typer(tune, name="tune", help="Adapt a model to the FAQ and to liked answers.")
    _add_local(tune, read_settings)
    _add_server(app, read_settings)


def _add_local(tune: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @tune.command()
    def local(  # noqa: PLR0913 - the options of a command are its arguments
        folder: Annotated[Path, typer.Argument(help="Where the model is kept, and resumed from.")],
        *,
        model: Annotated[
            str,
            typer.Option(
                "--model",
                metavar="PATH|NAME",
                help="A causal model to begin with; a small new GPT-2 if it is not given.",
            ),
        ] = "",
        squad: Annotated[
            list[Path] | None,
            typer.Option("--squad", help="A file in SQuAD's form, in place of the FAQ."),
        ] = None,
        epochs: Annotated[int, typer.Option("--epochs", min=1)] = 20,
        batch: Annotated[int, typer.Option("--batch", min=1, help="Pairs a step.")] = 8,
        learning_rate: Annotated[
            float | None,
            typer.Option("--learning-rate", help="5e-4 for a new model, else 5e-5."),
        ] = None,
        longest: Annotated[int, typer.Option("--longest", min=16, help="Tokens of a pair.")] = 512,
        patience: Annotated[
            int, typer.Option("--patience", min=1, help="Epochs without a better one.")
        ] = 3,
        seed: Annotated[int, typer.Option("--seed")] = 0,
    ) -> int:
        """Train a model of your own on question and answer pairs (extra `local-llm`).

        The same command goes on with a training that was killed.
        """
        from bots.cli.local_model import train_local
        from core.llm.local.run import TrainingOptions

        rate = learning_rate or (5e-5 if model else 5e-4)
        options = TrainingOptions(model, epochs, batch, rate, longest, patience, seed)
        return train_local(read_settings(), folder, options, squad=squad or [])


def _add_server(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command("serve-model")
    def serve_model(
        folder: Annotated[Path, typer.Argument(help="The folder of a causal model.")],
        *,
        host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
        port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8126,
        name: Annotated[
            str, typer.Option("--name", help="The model's name; its folder's if not given.")
        ] = "",
    ) -> int:
        """Serve a model of your own in OpenAI's form (extra `local-llm`)."""
        from bots.cli.local_model import serve

        return serve(read_settings(), folder, host=host, port=port, name=name)
