"""The parts of a start, timed one after the other: `python -m bench.start_parts QUESTION`.

Prints JSON: name, seconds, and megabytes of resident memory of each part. Nothing is imported
before its part, which is why the imports are inside.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.assistant.guardrails.guardrail import Guardrail
    from core.retrieval.retriever import Retriever
    from core.text.korean import Analyzer

Part = tuple[str, float, float]


def main(question: str) -> list[Part]:
    """Start everything that answers a question, and answer it."""
    parts: list[Part] = [("Python", 0.0, _resident_mb())]
    clock, memory = perf_counter(), _resident_mb()
    for name in _story(question):
        seconds, resident = perf_counter() - clock, _resident_mb()
        parts.append((name, seconds, resident - memory))
        clock, memory = perf_counter(), resident
    return parts


def _story(question: str) -> Iterator[str]:
    """Does the parts, and yields the name of each when it is done."""
    yield from _imports()
    from bots.bootstrap.search import load_analyzer
    from config.settings import read_settings

    settings = read_settings()
    analyzer = load_analyzer()
    yield "load Kiwi"
    from config.resources import ENCODER, GUARDRAIL
    from core.embeddings.kiwi import KiwiEncoder

    encoder = KiwiEncoder.load(ENCODER, analyzer)
    yield "load the encoder"
    from bots.bootstrap.search import load_synonyms
    from core.retrieval.retriever import Retriever

    synonyms = load_synonyms(analyzer, settings.profile)
    yield "compile the synonyms (first use of Kiwi)"
    from core.retrieval.chroma.index import ChromaIndex

    index = ChromaIndex.open(settings.index_dir)
    yield "open Chroma"
    retriever = Retriever(
        index=index,
        embedder=encoder,
        analyzer=analyzer,
        synonyms=synonyms,
        words=encoder,
        cache=settings.cache_dir,
    )
    retriever.serving.refresh()
    yield "load the lexical index"
    from core.assistant.guardrails.guardrail import Guardrail, GuardrailModel

    guardrail = Guardrail(GuardrailModel.load(GUARDRAIL), encoder.embed, analyzer.terms)
    yield "load the guardrail"
    yield from _answer(question, retriever, guardrail, analyzer)


def _imports() -> Iterator[str]:
    for modules, name in (
        (("bots.cli.app",), "import the command line (typer)"),
        (("config.settings",), "import pydantic"),
        (("numpy",), "import NumPy"),
        (("chromadb",), "import Chroma"),
        (("kiwipiepy",), "import Kiwi"),
        (("bots.cli.answers.ask", "bots.bootstrap.assistant"), "import the rest of faqbot"),
    ):
        for module in modules:
            import_module(module)
        yield name


def _answer(
    question: str, retriever: Retriever, guardrail: Guardrail, analyzer: Analyzer
) -> Iterator[str]:
    import asyncio

    from config.profiles import load_profile
    from core.assistant.drafts.extractive import ExtractiveModel
    from core.assistant.guardrails.guardrail import Evidence
    from core.types import Passage

    hits = retriever.search(question)
    yield "first search (loads the vectors)"
    guardrail.judge(Evidence(question, hits, hits))
    found = retriever.entries(hits[:8])
    passages = [Passage(entry.faq_id, entry.title, entry.text, 1.0) for entry in found]
    yield "judge it, fetch the entries"
    model = ExtractiveModel(analyzer, retriever.idf, load_profile(""))

    async def first_words() -> None:
        async for _ in model.answer(question, (), passages):
            return

    asyncio.run(first_words())
    yield "answer to its first words"


def _resident_mb() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) / 1000


if __name__ == "__main__":
    import json

    print(json.dumps(main(sys.argv[1])))
