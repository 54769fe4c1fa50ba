"""`faqbot tune local` and `faqbot serve-model`, as a person runs them."""

import json
import signal
import subprocess
import sys

import openai
import pytest

from bots.cli.app import main
from config.settings import read_settings

QUESTIONS = [f"{name} 창구는 어디" for name in "가나다라마바사아자차"]


@pytest.fixture(autouse=True)
def torch():
    pytest.importorskip("transformers", reason="transformers is not installed: make torch")
    torch = pytest.importorskip("torch", reason="torch is not installed: make torch")
    torch.set_num_threads(1)  # faster for so small a model


@pytest.fixture
def squad(tmp_path):
    path = tmp_path / "squad.json"
    articles = [
        {
            "title": question,
            "paragraphs": [
                {
                    "context": f"{question[0]} 창구는 {number}층.",
                    "qas": [
                        {
                            "question": question,
                            "answers": [{"text": f"{number}층", "answer_start": 7}],
                        },
                        {"question": f"{question[0]} 전화는?", "answers": []},
                    ],
                }
            ],
        }
        for number, question in enumerate(QUESTIONS)
    ]
    path.write_text(json.dumps({"data": articles}), encoding="utf-8")
    return path


def test_a_model_is_trained_resumed_and_served(squad, tmp_path, capsys, child_environment):
    """The folder that one command writes is what the next one serves."""
    folder = tmp_path / "desk"
    train = ["tune", "local", str(folder), "--squad", str(squad), "--epochs", "2", "--batch", "4"]
    assert main(train) == 0
    said = capsys.readouterr().out
    assert "18 pairs to train on, 2 held out" in said
    assert "epoch   2" in said
    assert "a bigram model of the same data has" in said
    assert (folder / "training" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert main(train) == 0
    assert "went on from step 10" in capsys.readouterr().out

    command = [sys.executable, "-m", "bots.cli.app", "serve-model", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=child_environment) as server:
        url = server.stdout.readline().decode().strip().partition("=")[2]
        with openai.OpenAI(api_key="any", base_url=url, max_retries=0) as client:
            assert [model.id for model in client.models.list()] == ["desk"]
            messages = [{"role": "user", "content": QUESTIONS[0]}]
            said = client.chat.completions.create(model="desk", messages=messages, max_tokens=5)
            assert said.usage.completion_tokens <= 5
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0


def test_the_faq_is_what_it_learns_without_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    assert main(["tune", "local", str(tmp_path / "model")]) == 1
    assert "faqbot ingest PATH" in capsys.readouterr().err


def test_what_strangers_can_reach_needs_a_key(tmp_path, capsys):
    assert main(["serve-model", str(tmp_path), "--host", "::"]) == 1
    assert "FAQBOT_MODEL_SERVER_KEY" in capsys.readouterr().err


def test_a_folder_without_a_model_is_named(tmp_path, capsys):
    assert main(["serve-model", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err


def test_the_key_is_a_secret(monkeypatch):
    monkeypatch.setenv("FAQBOT_MODEL_SERVER_KEY", "hush")
    assert "hush" not in repr(read_settings())
