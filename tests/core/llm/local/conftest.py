"""A tiny GPT-2 on a small FAQ that it can learn by heart; skipped where torch is not installed."""

import pytest

from core.llm.local.corpus import Pair, split
from core.llm.local.run import RunFolder, TrainingOptions

NAMES = "가나다라마바사아자차카타"
ASKED = ("{} 접수 어디서", "{} 언제까지 받나요", "{} 창구 알려줘", "{} 몇 시에 닫아요")
OPTIONS = {"epochs": 16, "batch": 8, "learning_rate": 5e-3, "longest": 96, "patience": 4}


@pytest.fixture(scope="session")
def torch():
    """Run torch on one thread, which is faster for so small a model, and repeatable."""
    torch = pytest.importorskip("torch", reason="torch is not installed: make torch")
    pytest.importorskip("transformers", reason="transformers is not installed: make torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield torch
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def pairs():
    """Twelve desks, each asked for in four ways."""
    return [
        Pair(form.format(name), answer, group=f"{name}/{form}")
        for number, name in enumerate(NAMES)
        for answer in [f"{name} 접수는 {number * 7 + 3}번 창구에서 {number + 1}시까지 받습니다."]
        for form in ASKED
    ]


@pytest.fixture(scope="session")
def corpus(pairs):
    """The desks, a fifth of the questions held out."""
    return split(pairs, share=0.2)


@pytest.fixture(scope="session")
def base(torch, corpus, tmp_path_factory):
    """A random GPT-2 with a tokenizer of its own, saved as any model from a hub would be."""
    from transformers import GPT2Config, GPT2LMHeadModel  # noqa: PLC0415 - may be missing

    from core.llm.local.tokens import train_tokenizer  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("base")
    tokenizer = train_tokenizer(corpus.train)
    torch.manual_seed(7)
    shape = {"n_positions": 128, "n_embd": 48, "n_layer": 2, "n_head": 2}
    shape |= dict.fromkeys(("bos_token_id", "eos_token_id"), tokenizer.eos_token_id)
    GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **shape)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def options(base):
    """A short training of the tiny model."""
    return TrainingOptions(model=str(base), **OPTIONS)


@pytest.fixture(scope="session")
def trained(torch, corpus, options, tmp_path_factory):
    """The tiny model after its training: its folder, and the report."""
    from core.llm.local.training import train  # noqa: PLC0415

    run = RunFolder(tmp_path_factory.mktemp("trained") / "model")
    report = train(corpus, options, run, progress=lambda *_: None, evaluated=lambda _: None)
    return run, report
