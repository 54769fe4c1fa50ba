"""A model of one's own learns, gives one result for one seed, and survives kill -9."""

import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.llm.local.corpus import split
from core.llm.local.run import RunFolder

HERE = Path(__file__).parent

CHILD = """
import pickle, sys
import torch
from core.llm.local.training import train
torch.set_num_threads(1)
corpus, options, folder = pickle.load(open(sys.argv[1], "rb"))
train(corpus, options, folder, progress=lambda done, _: print(done, flush=True),
      evaluated=lambda _: None)
"""


def quiet_train(corpus, options, run):
    from core.llm.local.training import train  # noqa: PLC0415 - torch may be missing

    return train(corpus, options, run, progress=lambda *_: None, evaluated=lambda _: None)


def weights(run):
    return (run.path / "model.safetensors").read_bytes()


def test_the_validation_loss_falls_below_a_bigram_models(trained):
    """And so do the perplexity and the loss on what it was trained on."""
    _, report = trained
    assert report.best.loss < report.bigram_loss
    assert report.best.train_loss < report.bigram_loss
    assert report.evaluations[0].perplexity > 5 * report.best.perplexity


def test_a_training_killed_at_any_step_ends_as_if_it_had_not_been(
    trained, corpus, options, tmp_path, python
):
    """Killed in the middle of an epoch, twice, and run again in the same folder."""
    import pickle  # noqa: PLC0415

    run = RunFolder(tmp_path / "killed")
    job = tmp_path / "job.pickle"
    job.write_bytes(pickle.dumps((corpus, options, run)))
    command = python(CHILD, job)
    with subprocess.Popen(**command, stdout=subprocess.PIPE) as child:
        for line in child.stdout:
            if int(line) == 13:  # in the third epoch of five steps
                child.send_signal(signal.SIGKILL)
                break
    report = quiet_train(corpus, options, run)
    assert report.resumed_at == 10
    assert replace(report, resumed_at=0) == trained[1]
    assert weights(run) == weights(trained[0])


def test_one_seed_one_result_another_seed_another(trained, corpus, options, tmp_path):
    """The same call gives the same bytes; only the seed has to change for others."""
    short = replace(options, epochs=2)
    runs = [RunFolder(tmp_path / name) for name in ("first", "again", "other")]
    for run, seed in zip(runs, (1, 1, 2), strict=True):
        quiet_train(corpus, replace(short, seed=seed), run)
    assert weights(runs[0]) == weights(runs[1]) != weights(runs[2])


def test_it_stops_when_nothing_gets_better(corpus, options, tmp_path):
    """A learning rate far too high makes it worse; the best model is the one that is kept."""
    wild = replace(options, learning_rate=3.0, patience=2, epochs=40)
    report = quiet_train(corpus, wild, RunFolder(tmp_path / "wild"))
    assert report.stopped_early
    assert len(report.evaluations) == report.best.epoch + 2


def test_a_folder_with_another_training_is_not_touched(trained, pairs, options):
    run, _ = trained
    before = weights(run)
    with pytest.raises(ConfigError, match="another folder"):
        quiet_train(split(pairs, share=0.4), options, run)
    assert weights(run) == before


def test_without_a_model_a_new_one_is_made(corpus, options, tmp_path):
    """Its tokenizer is trained on the pairs, and both are loaded from the folder again."""
    from core.llm.local.device import LocalModel  # noqa: PLC0415 - torch may be missing

    run = RunFolder(tmp_path / "new")
    quiet_train(corpus, replace(options, model="", epochs=1), run)
    model = LocalModel(run.path)
    said = "카타 접수는 80번 창구에서"
    assert model.tokenizer.decode(model.tokenizer(said)["input_ids"]) == said
    assert model.longest == options.longest


def test_a_model_that_is_not_there_is_named(corpus, options, tmp_path):
    with pytest.raises(ConfigError, match="nowhere"):
        quiet_train(corpus, replace(options, model=str(tmp_path / "nowhere")), RunFolder(tmp_path))
