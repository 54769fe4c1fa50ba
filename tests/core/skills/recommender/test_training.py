"""The network learns what can be learnt, and NumPy says the same as torch."""

import numpy as np
import pytest

from bots.cli.app import main
from core.skills.recommender.generator import generate, write
from core.skills.recommender.network import Recommender
from core.skills.recommender.purchases import read_purchases
from core.skills.recommender.report import NetworkOptions

OPTIONS = NetworkOptions(epochs=40, batch=500, patience=10)


@pytest.fixture(scope="module", autouse=True)
def torch():
    torch = pytest.importorskip("torch", reason="torch is not installed: make torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # faster for so small a network
    yield torch
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("purchases") / "purchases.csv"
    write(generate(6_000, noise=0.02, seed=1), path)
    return path


@pytest.fixture(scope="module")
def trained(csv):
    from core.skills.recommender.training import train  # noqa: PLC0415 - torch may be missing

    return train(read_purchases(csv), OPTIONS, progress=lambda *_: None)


def test_it_comes_near_to_what_is_possible(trained):
    _, report = trained
    assert report.held_out == 600
    assert 0.85 < report.accuracy <= 0.99
    assert report.top3 > report.accuracy
    assert report.confusion.sum() == 600
    assert np.trace(report.confusion) / 600 == report.accuracy


def test_numpy_says_what_torch_says(trained, torch, csv, tmp_path):
    """After a round through the file; ELU and softmax are torch's own here."""
    recommender, _ = trained
    recommender.save(tmp_path / "model.npz")
    loaded = Recommender.load(tmp_path / "model.npz")
    inputs = read_purchases(csv).inputs
    x = torch.from_numpy(inputs)
    for number, (weights, biases) in enumerate(recommender.layers):
        x = x @ torch.from_numpy(weights) + torch.from_numpy(biases)
        x = torch.nn.functional.elu(x) if number < 2 else torch.softmax(x, dim=1)
    assert [w.shape for w, _ in loaded.layers] == [(6, 30), (30, 15), (15, 10)]
    np.testing.assert_allclose(loaded.probabilities(inputs), x.numpy(), atol=1e-5)


def test_one_seed_one_result(trained, csv):
    from core.skills.recommender.training import train  # noqa: PLC0415

    again, _ = train(read_purchases(csv), OPTIONS, progress=lambda *_: None)
    assert all(
        (mine == other).all()
        for a, b in zip(trained[0].layers, again.layers, strict=True)
        for mine, other in zip(a, b, strict=True)
    )


def test_it_stops_when_nothing_gets_better(csv):
    from core.skills.recommender.training import train  # noqa: PLC0415

    wild = NetworkOptions(epochs=60, batch=500, learning_rate=5.0, patience=3)
    _, report = train(read_purchases(csv), wild, progress=lambda *_: None)
    assert len(report.epochs) == report.best_epoch + 3 < 60


def test_the_commands_make_purchases_train_and_recommend(tmp_path, capsys):
    data, out = tmp_path / "p.csv", tmp_path / "out"
    assert main(["recommender", "sample", str(data), "--rows", "2000"]) == 0
    train = ["recommender", "train", str(data), "--out", str(out), "--epochs", "5"]
    assert main([*train, "--batch", "200"]) == 0
    said = capsys.readouterr().out
    assert "1,800 purchases to train on, 200 held out" in said
    assert "the best possible on this table is 0.9" in said
    for picture in ("curves.png", "confusion.png"):
        assert (out / picture).read_bytes().startswith(b"\x89PNG")
    model = ["--model", str(out / "recommender.npz")]
    assert main(["recommender", "recommend", "30대예요", *model]) == 0
    assert "예산" in capsys.readouterr().out
