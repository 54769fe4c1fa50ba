"""The FAQ that is measured, with its index: the real one if present, else the sample."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

from bench.processes import Ran, faqbot
from bots.cli.evaluation.labelled_questions import (
    GuardrailCase,
    RetrievalCase,
    read_guardrail_cases,
    read_retrieval_cases,
)
from config.resources import QUESTION_PACKS, ROOT, SAMPLE_FAQ
from core.types import Exchange
from ingest.sources.load import load

Asked = tuple[str, tuple[Exchange, ...]]

_SAMPLE_QUESTIONS = 175


@dataclass
class Sources:
    """Files to measure with, and a temporary folder that is removed at the end."""

    folder: Path
    shared: Path = field(
        default_factory=lambda: Path(os.environ.get("FAQBOT_SHARED") or ROOT.parent / "shared")
    )

    @property
    def faq(self) -> Path:
        """The real FAQ, or the sample that ships with the project."""
        real = self.shared / "data" / "final_result.pkl"
        return real if real.is_file() else SAMPLE_FAQ

    @property
    def real(self) -> bool:
        """Return whether the real FAQ is here."""
        return self.faq != SAMPLE_FAQ

    @property
    def absent(self) -> str:
        """The reason why something cannot be measured, "" if it can."""
        return f"it needs data/ and eval/ in {self.shared} (FAQBOT_SHARED names the folder)"

    @property
    def pack(self) -> Path:
        """The question pack of the real FAQ."""
        return QUESTION_PACKS / "smartstore.jsonl"

    @property
    def retrieval_cases(self) -> list[RetrievalCase]:
        """The labelled questions; none where they are absent."""
        path = self.shared / "eval" / "retrieval.dev.jsonl"
        return read_retrieval_cases(path) if self.real and path.is_file() else []

    @property
    def guardrail_cases(self) -> list[GuardrailCase]:
        """The labelled texts; none where they are absent."""
        path = self.shared / "eval" / "guardrail.dev.jsonl"
        return read_guardrail_cases(path) if self.real and path.is_file() else []

    @cached_property
    def asked(self) -> list[Asked]:
        """Questions with their conversations: of people, else those of the FAQ itself."""
        if cases := self.retrieval_cases:
            return [(case.question, case.history) for case in cases]
        rows = load(self.faq).rows
        texts = (text for row in rows for text in (*row.questions, row.title))
        return [(text, ()) for text in islice(texts, _SAMPLE_QUESTIONS)]

    @property
    def data_dir(self) -> Path:
        """State with the FAQ and its pack ingested, by the real command, once."""
        _ = self.first_ingest
        return self.folder / "data"

    @cached_property
    def first_ingest(self) -> Ran:
        """The report of that ingest."""
        return faqbot("ingest", str(self.faq), data_dir=self.folder / "data")


@contextmanager
def open_sources() -> Iterator[Sources]:
    """The files, and a folder for as long as they are measured."""
    with tempfile.TemporaryDirectory(prefix="faqbot-bench-") as folder:
        yield Sources(Path(folder))
