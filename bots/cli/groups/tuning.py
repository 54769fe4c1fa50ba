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
    _add_hosted(tune, read_settings)
    _add_results(tune, read_settings)
    _add_local(tune, read_settings)
    _add_server(app, read_settings)


_Export = Annotated[Path, typer.Argument(help="The folder of an export.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask about the cost.")]


def _add_hosted(tune: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @tune.command()
    def export(
        folder: Annotated[Path, typer.Argument(help="Where the examples are written.")],
        *,
        each: Annotated[
            int, typer.Option("--each", min=1, help="Questions of an entry, at most.")
        ] = 2,
        share: Annotated[
            float, typer.Option("--held-out", min=0.0, max=0.5, help="Share kept for comparing.")
        ] = 0.1,
        seed: Annotated[
            int, typer.Option("--seed", help="One seed and the same pairs give one result.")
        ] = 0,
    ) -> int:
        """Write examples from the FAQ and from liked answers, and estimate what they cost."""
        from bots.cli.models.tune import export

        return export(read_settings(), folder, each=each, share=share, seed=seed)

    @tune.command()
    def start(  # noqa: PLR0913 - the options of a command are its arguments
        folder: _Export,
        *,
        model: Annotated[
            str, typer.Option("--model", help="What is tuned; FAQBOT_TUNING_MODEL if not given.")
        ] = "",
        epochs: Annotated[int, typer.Option("--epochs", min=0, help="0 lets OpenAI choose.")] = 3,
        suffix: Annotated[str, typer.Option("--suffix", help="In the new name.")] = "faqbot",
        seed: Annotated[
            int, typer.Option("--seed", help="One seed and the same pairs give one result.")
        ] = 0,
        detach: Annotated[
            bool, typer.Option("--detach", help="Do not wait; see `faqbot tune status`.")
        ] = False,
        yes: _Yes = False,
    ) -> int:
        """Tune a model at OpenAI; the same command takes up what was interrupted."""
        from bots.cli.models.tune import start
        from core.llm.tuning.job import JobOptions

        settings = read_settings()
        options = JobOptions(model or settings.tuning_model, epochs, suffix, seed)
        return start(settings, folder, options, yes=yes, follow=not detach)

    @tune.command()
    def status(
        *, follow: Annotated[bool, typer.Option("--follow", help="Up to its end.")] = False
    ) -> int:
        """Show how the job is, and the models that it has made."""
        from bots.cli.models.tune import status

        return status(read_settings(), follow=follow)

    @tune.command()
    def cancel() -> int:
        """End the job."""
        from bots.cli.models.tune import cancel

        return cancel(read_settings())


def _add_results(tune: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @tune.command()
    def compare(
        folder: _Export,
        *,
        model: Annotated[
            list[str] | None,
            typer.Option("--model", help="Instead of the job's base and tuned model."),
        ] = None,
        limit: Annotated[int, typer.Option("--limit", min=0, help="Questions; 0 is all.")] = 0,
        yes: _Yes = False,
    ) -> int:
        """Ask the held-out questions of both models, with and without passages."""
        from bots.cli.models.tune import compare

        return compare(read_settings(), folder, models=model or [], limit=limit, yes=yes)

    @tune.command()
    def use(
        model: Annotated[str, typer.Argument(help="The job's tuned model if not given.")] = "",
        *,
        env: Annotated[Path, typer.Option("--env", help="The file that is changed.")] = Path(
            ".env"
        ),
    ) -> int:
        """Let the bot answer with a tuned model, or with any other."""
        from bots.cli.models.tune import use

        return use(read_settings(), model, env=env)

    @tune.command("opt-out")
    def opt_out(
        person: Annotated[str, typer.Argument(help="The platform's id of a person.")],
        *,
        undo: Annotated[bool, typer.Option("--undo", help="Let them take part again.")] = False,
    ) -> int:
        """Keep a person's conversations out of every later export."""
        from bots.cli.models.tune import opt_out

        return opt_out(read_settings(), person, undo=undo)


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
        epochs: Annotated[
            int, typer.Option("--epochs", min=1, help="The most passes over all pairs.")
        ] = 20,
        batch: Annotated[int, typer.Option("--batch", min=1, help="Pairs a step.")] = 8,
        learning_rate: Annotated[
            float | None,
            typer.Option("--learning-rate", help="5e-4 for a new model, else 5e-5."),
        ] = None,
        longest: Annotated[int, typer.Option("--longest", min=16, help="Tokens of a pair.")] = 512,
        patience: Annotated[
            int, typer.Option("--patience", min=1, help="Epochs without a better one.")
        ] = 3,
        seed: Annotated[
            int, typer.Option("--seed", help="One seed and the same pairs give one result.")
        ] = 0,
    ) -> int:
        """Train a model of your own on question and answer pairs (extra `local-llm`).

        The same command goes on with a training that was killed.
        """
        from bots.cli.models.local_model import train_local
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
        port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8127,
        name: Annotated[
            str, typer.Option("--name", help="The model's name; its folder's if not given.")
        ] = "",
    ) -> int:
        """Serve a model of your own in OpenAI's form (extra `local-llm`)."""
        from bots.cli.models.local_model import serve

        return serve(read_settings(), folder, host=host, port=port, name=name)
