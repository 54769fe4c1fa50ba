"""The commands of models that are adapted to the FAQ, declared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.groups.options import Host, Port

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
        folder: Annotated[
            Path, typer.Argument(help="The folder into which the examples are written.")
        ],
        *,
        each: Annotated[
            int, typer.Option("--each", min=1, help="The most questions of one entry.")
        ] = 2,
        share: Annotated[
            float,
            typer.Option(
                "--held-out", min=0.0, max=0.5, help="The share that is held out for `compare`."
            ),
        ] = 0.1,
        seed: Annotated[
            int,
            typer.Option("--seed", help="The seed: the same seed and pairs give the same result."),
        ] = 0,
    ) -> int:
        """Write training examples, and estimate the cost.

        The examples come from the FAQ and from liked answers.
        """
        from bots.cli.models.tune import export

        return export(read_settings(), folder, each=each, share=share, seed=seed)

    @tune.command()
    def start(  # noqa: PLR0913 - the options of a command are its arguments
        folder: _Export,
        *,
        model: Annotated[
            str, typer.Option("--model", help="The model to tune; by default FAQBOT_TUNING_MODEL.")
        ] = "",
        epochs: Annotated[
            int, typer.Option("--epochs", min=0, help="The number of epochs; 0 lets OpenAI choose.")
        ] = 3,
        suffix: Annotated[
            str, typer.Option("--suffix", help="A suffix for the new model's name.")
        ] = "faqbot",
        seed: Annotated[
            int,
            typer.Option("--seed", help="The seed: the same seed and pairs give the same result."),
        ] = 0,
        detach: Annotated[
            bool, typer.Option("--detach", help="Do not wait; see `faqbot tune status`.")
        ] = False,
        yes: _Yes = False,
    ) -> int:
        """Tune a model at OpenAI.

        The same command continues an interrupted job.
        """
        from bots.cli.models.tune import start
        from core.llm.tuning.job import JobOptions

        settings = read_settings()
        options = JobOptions(model or settings.tuning_model, epochs, suffix, seed)
        return start(settings, folder, options, yes=yes, follow=not detach)

    @tune.command()
    def status(
        *,
        follow: Annotated[
            bool, typer.Option("--follow", help="Follow the job to its end.")
        ] = False,
    ) -> int:
        """Show the state of the job, and the models that it has made."""
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
            typer.Option(
                "--model",
                help="A model to ask, instead of the job's base and tuned model; may be repeated.",
            ),
        ] = None,
        limit: Annotated[
            int, typer.Option("--limit", min=0, help="The number of questions; 0 is all.")
        ] = 0,
        yes: _Yes = False,
    ) -> int:
        """Compare the base model with the tuned one.

        Both are asked the held-out questions, with and without passages.
        """
        from bots.cli.models.tune import compare

        return compare(read_settings(), folder, models=model or [], limit=limit, yes=yes)

    @tune.command()
    def use(
        model: Annotated[
            str, typer.Argument(help="The model; by default the one that the job tuned.")
        ] = "",
        *,
        env: Annotated[Path, typer.Option("--env", help="The file to change.")] = Path(".env"),
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
        folder: Annotated[
            Path,
            typer.Argument(
                help="The folder of the model; an interrupted training continues there."
            ),
        ],
        *,
        model: Annotated[
            str,
            typer.Option(
                "--model",
                metavar="PATH|NAME",
                help="A causal model to begin with; by default a small new GPT-2.",
            ),
        ] = "",
        squad: Annotated[
            list[Path] | None,
            typer.Option("--squad", help="A file in SQuAD's format, instead of the FAQ."),
        ] = None,
        epochs: Annotated[
            int, typer.Option("--epochs", min=1, help="The most epochs (passes over all pairs).")
        ] = 20,
        batch: Annotated[
            int, typer.Option("--batch", min=1, help="The number of pairs in one step.")
        ] = 8,
        learning_rate: Annotated[
            float | None,
            typer.Option(
                "--learning-rate",
                help="The learning rate; by default 5e-4 for a new model, else 5e-5.",
            ),
        ] = None,
        longest: Annotated[
            int, typer.Option("--longest", min=16, help="The most tokens of a pair.")
        ] = 512,
        patience: Annotated[
            int,
            typer.Option(
                "--patience", min=1, help="Stop after this number of epochs without improvement."
            ),
        ] = 3,
        seed: Annotated[
            int,
            typer.Option("--seed", help="The seed: the same seed and pairs give the same result."),
        ] = 0,
    ) -> int:
        """Train a model of your own (extra `local-llm`).

        It learns pairs of a question and its answer. The same command continues a training that
        was interrupted.
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
        host: Host = "127.0.0.1",
        port: Port = 8_127,
        name: Annotated[
            str, typer.Option("--name", help="The model's name; by default that of its folder.")
        ] = "",
    ) -> int:
        """Serve a model of your own (extra `local-llm`).

        The server speaks OpenAI's chat completions.
        """
        from bots.cli.models.local_model import serve

        return serve(read_settings(), folder, host=host, port=port, name=name)
