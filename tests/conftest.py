"""Fixtures of the whole suite: what takes a while to load is loaded once."""

import fcntl
import gc
import os
import shutil
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from fakes import models_once
from fakes.mongo_fixtures import server, uri  # noqa: F401 - fixtures of all that runs on MongoDB
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.models.language_models import open_models
from bots.bootstrap.search import load_synonyms
from config.profiles import guardrail_file, load_profile, profile_chain
from config.resources import (
    ENCODER,
    SAMPLE_FAQ,
    SMALL_TALK,
    load_everyday,
    load_inquiries,
    load_loanwords,
    load_prompt,
)
from config.settings import read_settings
from core.assistant.assistant import Assistant
from core.assistant.dialogue.followups import LeadBack
from core.assistant.drafts.extractive import ExtractiveModel
from core.assistant.guardrails.guardrail import Guardrail, GuardrailModel
from core.assistant.guardrails.small_talk import SmallTalkReader
from core.assistant.guardrails.wording import WordingModel
from core.assistant.message import MessageReader
from core.assistant.research import Researcher
from core.embeddings.kiwi import KiwiEncoder, known_nouns
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.retriever import Retriever
from core.skills.data.load import EXAMPLE_BOOKS, load_answerer
from core.skills.data.shop import build_shop
from core.skills.data.skill import DataSkill
from core.stores.memory import MemoryHistory
from core.text.kiwi import load_kiwi
from core.text.korean import Analyzer
from devtools.openai.server import OpenAIServer
from ingest.sync import sync

pytest.register_assert_rewrite("contracts")  # before any of them is imported

_ROOT = Path(__file__).resolve().parent.parent

# `make test` tries the same examples every time; `make test-long` tries many random ones. What it
# finds is added to the test by name.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=2_000, deadline=None, print_blob=True)
_EXAMPLES = os.environ.get("FAQBOT_EXAMPLES", "same")
settings.load_profile(_EXAMPLES)
if _EXAMPLES == "same":
    # It also tries constants of all modules that are loaded by then: other ones in each worker.
    providers._get_local_constants = providers.Constants


def pytest_xdist_auto_num_workers():
    """Two workers for each core: half of the time is waiting, for sockets, processes and locks."""
    return 2 * (os.cpu_count() or 1)


def pytest_ignore_collect(collection_path, config):
    """Leave out the file that has long tests alone and takes a second to collect."""
    if collection_path.name == "test_openapi.py" and config.option.markexpr == "not long":
        return True
    return None


def pytest_collection_modifyitems(config, items):
    """Begin with what takes long, which the other workers would wait for at the end.

    A worker begins with a share of the list, and what it does not come to is taken from the end of
    its share. The first begins with the real FAQ, and the last with what mostly waits: then the
    others compute meanwhile.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    shares = [], [], []
    for item in items:
        real = "real_faq" in getattr(item, "fixturenames", ())
        shares[0 if real else 1 if item.get_closest_marker("waits") else 2].append(item)
    first, waiting, rest = shares
    at = len(items) // workers * (workers - 1) - len(first)
    items[:] = [*first, *rest[:at], *waiting, *rest[at:]]


def pytest_collection():
    """Keep the garbage collector from looking through modules and tests while they are loaded."""
    gc.disable()


def pytest_collection_finish():
    """Keep it from what stays to the end: the modules, and every test."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def keyless(monkeypatch):
    """No test calls a paid model by accident, whatever the developer's environment holds."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture(scope="session")
def shared():
    """The folder with the real FAQ, which is not the project's to ship: FAQBOT_SHARED names it."""
    folder = _ROOT / os.environ.get("FAQBOT_SHARED", "../shared")
    real = folder / "data" / "final_result.pkl"
    if not real.is_file():
        pytest.skip(f"the real FAQ is not here: {real.resolve()} (set FAQBOT_SHARED)")
    return folder.resolve()


@pytest.fixture(scope="session")
def copy_of(tmp_path_factory):
    """Copies a folder that is built once for all workers: `copy_of(name, build)`."""
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent

    def copy(name, build):
        built = common / name
        with (common / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not built.exists():
                begun = common / f"{name}.begun"
                shutil.rmtree(begun, ignore_errors=True)
                begun.mkdir()
                build(begun)
                begun.rename(built)
        return shutil.copytree(built, tmp_path_factory.mktemp(name) / "copy")

    return copy


@pytest.fixture(scope="module")
def sample_data(copy_of):
    """A data folder that holds the sample FAQ, really ingested with its pack; a module's own."""

    def build(folder):
        settings = read_settings().model_copy(update={"data_dir": folder})
        run_ingest(settings, SAMPLE_FAQ, questions=None, use_packs=True, progress=lambda *_: None)

    return copy_of("sample", build)


@pytest.fixture(scope="session", autouse=True)
def kiwi_once():
    """Whatever loads Kiwi in this process gets one that has been loaded before, and its memory."""
    kiwi = cache(lambda: load_kiwi(known_nouns(ENCODER)))

    @cache
    def with_words(loanwords):
        return Analyzer(kiwi(), dict(loanwords))

    def load(loanwords=None, _names=None):
        return with_words(tuple((loanwords or {}).items()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Analyzer, "load", load)
        yield


@pytest.fixture(scope="session", autouse=True)
def models_kept():
    """Whatever loads a model that ships gets the one that was loaded before."""
    with pytest.MonkeyPatch.context() as patch:
        for model in models_once.CLASSES:
            patch.setattr(model, "load", models_once.once(model.load))
        yield


@pytest.fixture(scope="session")
def analyzer(kiwi_once):
    """Kiwi, loaded once."""
    return Analyzer.load(load_loanwords())


@pytest.fixture(scope="session")
def encoder(analyzer):
    """The embedder that ships with the project."""
    return KiwiEncoder.load(ENCODER, analyzer)


@pytest.fixture(scope="session")
def unmeant():
    """Messages that are meant for no skill, which the router learns from."""
    return (*load_everyday(), *load_inquiries())


@pytest.fixture(scope="session")
def learn_router(encoder, unmeant):
    """Makes a router of skills; what is learnt of the same examples is learnt once."""
    from fakes.routers import Routers  # noqa: PLC0415 - with Kiwi, as the skills are

    return Routers(encoder, unmeant)


@pytest.fixture(scope="session")
def profile():
    """The SmartStore profile."""
    return load_profile("smartstore")


@pytest.fixture(scope="session")
def synonyms(analyzer):
    """The SmartStore profile's synonyms."""
    return load_synonyms(analyzer, "smartstore")


@pytest.fixture(scope="session")
def make_retriever(analyzer, encoder, synonyms):
    """Opens a retriever, with the real models, on an index and a cache folder."""

    def make(index, cache):
        return Retriever(
            index=index,
            embedder=encoder,
            analyzer=analyzer,
            synonyms=synonyms,
            words=encoder,
            cache=cache,
            everyday=load_everyday(),
        )

    return make


@pytest.fixture(scope="session")
def faq_index(tmp_path_factory, analyzer, encoder):
    """The FAQ of `fakes.faq`, ingested into Chroma; nobody writes to it."""
    from fakes.faq import FAQ  # noqa: PLC0415 - registered above to be rewritten

    index = ChromaIndex.open(tmp_path_factory.mktemp("faq") / "chroma")
    sync(
        FAQ,
        index=index,
        analyzer=lambda: analyzer,
        embedder=lambda: encoder,
        fingerprint=encoder.fingerprint,
        source="faq.jsonl",
        progress=lambda done, total: None,
    )
    return index


@pytest.fixture(scope="session")
def retriever(faq_index, make_retriever, tmp_path_factory):
    """A retriever on `faq_index`."""
    return make_retriever(faq_index, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def guardrail(encoder, analyzer):
    """The guardrail that ships with the project."""
    return Guardrail(
        GuardrailModel.load(guardrail_file(profile_chain("smartstore"))),
        encoder.embed,
        analyzer.terms,
    )


@pytest.fixture
def make_assistant(retriever, guardrail, analyzer, encoder, profile):
    """Makes an assistant of the real parts, any of which may be replaced by name."""

    def make(**parts):
        model = ExtractiveModel(analyzer, retriever.idf, profile)
        real = {
            "retriever": retriever,
            "reader": MessageReader(Researcher(retriever, guardrail), analyzer),
            "model": model,
            "small_talk": SmallTalkReader(WordingModel.load(SMALL_TALK), encoder.embed),
        }
        real |= {"history": MemoryHistory(), "profile": profile, "history_turns": 6}
        real |= {"lead_back": LeadBack(profile.themes, encoder.embed)}
        return Assistant(**(real | parts))

    return make


@pytest.fixture
async def openai_server():
    """A local OpenAI."""
    async with OpenAIServer().serve() as running:
        yield running


@pytest.fixture
async def models(openai_server, retriever, guardrail, analyzer, profile, tmp_path, monkeypatch):
    """What reads and writes with models, by the local OpenAI."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)

    async def warm(_):
        """Nothing is embedded elsewhere."""

    opened = open_models(
        read_settings().model_copy(update={"data_dir": tmp_path / "models"}),
        profile=profile,
        reader=MessageReader(Researcher(retriever, guardrail), analyzer),
        extractive=ExtractiveModel(analyzer, retriever.idf, profile),
        terms=analyzer.terms,
        warm=warm,
    )
    async with opened as made:
        yield made


@pytest.fixture(scope="session")
def today():
    """The last day of the example shop."""
    return date(2026, 11, 29)


@pytest.fixture(scope="session")
def shop(copy_of, today):
    """The SQLite file of the example shop; nobody writes to it."""
    folder = copy_of("shop", lambda built: build_shop(built / "shop.sqlite3", last_day=today))
    return folder / "shop.sqlite3"


@pytest.fixture(scope="session")
def answerer(shop, analyzer, encoder):
    """Answers from the example shop, without a model."""
    url = f"sqlite:///{shop}"
    return load_answerer(url, EXAMPLE_BOOKS["ko"], terms=analyzer.terms, embed=encoder.embed)


@pytest.fixture(scope="session")
def data_skill(answerer, profile):
    """The skill that answers from the example shop."""
    return DataSkill(answerer, answerer.texts, load_prompt("queries", profile))


@pytest.fixture
def child_environment():
    """For a Python process that imports the project and the tests' own modules."""
    paths = os.pathsep.join((str(_ROOT), str(_ROOT / "tests")))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAQBOT_")}
    return kept | {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def python(child_environment):
    """The command line and environment of such a process, for `subprocess`."""

    def command(script, *arguments):
        return {
            "args": [sys.executable, "-c", script, *map(str, arguments)],
            "env": child_environment,
            "encoding": "utf-8",
        }

    return command
