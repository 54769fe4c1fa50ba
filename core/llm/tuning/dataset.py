"""The examples of one export: made unique, split by conversation, written and read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.errors import SourceError, StorageError
from core.llm.prompts import Excerpt
from core.llm.tuning.candidates import LeftOut, Reason
from core.llm.tuning.examples import MOST_TOKENS, Example, tokens_of
from core.text.korean import compact

LEAST_EXAMPLES = 100
_ROLES = ("system", "user", "assistant")


@dataclass(slots=True)
class Dataset:
    """The examples to train on, those that are held out, and what was left out."""

    train: list[Example] = field(default_factory=list)
    held_out: list[Example] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """Return how many tokens one epoch has, about."""
        return sum(example.tokens for example in self.train)

    @property
    def reasons(self) -> dict[str, int]:
        """Return how much was left out for each reason, the most frequent first."""
        return dict(Counter(row.reason.value for row in self.left_out).most_common())


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """The files of an export. The first two are what OpenAI is given."""

    path: Path

    @property
    def train(self) -> Path:
        """One conversation to train on a line."""
        return self.path / "train.jsonl"

    @property
    def validation(self) -> Path:
        """The held-out conversations in the same form."""
        return self.path / "validation.jsonl"

    @property
    def held_out(self) -> Path:
        """The held-out questions with what a comparison needs to know of them."""
        return self.path / "held_out.jsonl"

    @property
    def report(self) -> Path:
        """The examples that went in, and those left out with the reasons."""
        return self.path / "report.json"

    @property
    def digest(self) -> str:
        """The digest of an export, which changes with any byte that is uploaded.

        Raises:
            SourceError: there is no export in the folder.
        """
        return sha256(_read(self.train) + b"\0" + _read(self.validation)).hexdigest()

    def write(self, dataset: Dataset) -> None:
        """Write all four files.

        Raises:
            StorageError: the folder cannot be written.
        """
        report = {
            "train": len(dataset.train),
            "held_out": len(dataset.held_out),
            "tokens_per_epoch": dataset.tokens,
            "left_out": dataset.reasons,
            "each": [asdict(row) for row in dataset.left_out],
        }
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _write_lines(self.train, ({"messages": row.messages} for row in dataset.train))
            _write_lines(self.validation, ({"messages": row.messages} for row in dataset.held_out))
            _write_lines(self.held_out, map(asdict, dataset.held_out))
            text = json.dumps(report, ensure_ascii=False, indent=2)
            self.report.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{self.path} cannot be written: {error.strerror}") from error

    def questions(self) -> list[Example]:
        """Read the held-out questions.

        Raises:
            SourceError: there is no export in the folder, or a line of it is broken.
        """
        examples = []
        for place, row in _rows(self.held_out):
            try:
                excerpts = tuple(Excerpt(**excerpt) for excerpt in row.pop("excerpts"))
                messages, right = tuple(row.pop("messages")), tuple(row.pop("right"))
                examples.append(Example(**row, messages=messages, excerpts=excerpts, right=right))
            except (KeyError, TypeError) as error:
                raise SourceError(f"{place} is not a held-out question ({error})") from error
        return examples

    def check(self) -> int:
        """Check both files as they are now, after any editing; the tokens of one epoch.

        Raises:
            SourceError: a line is not what a model can be trained on, or there are too few.
        """
        rows = [*_rows(self.train)]
        tokens = sum(_checked(place, row) for place, row in rows)
        for place, row in _rows(self.validation):
            _checked(place, row)
        if len(rows) < LEAST_EXAMPLES:
            raise SourceError(
                f"{self.train} has {len(rows)} examples: at least {LEAST_EXAMPLES} are needed "
                "for a model to learn more than chance from"
            )
        return tokens


def build(examples: Iterable[Example | LeftOut], *, share: float, seed: int) -> Dataset:
    """Put an export together: the first of equal questions stays, whole groups are held out.

    Raises:
        SourceError: there are too few examples to train on.
    """
    dataset = Dataset()
    kept: dict[tuple[str, bool], Example] = {}
    for example in examples:
        if isinstance(example, LeftOut):
            dataset.left_out.append(example)
            continue
        # A question and the same without its passage are two different lessons.
        key = (_asked(example), bool(example.right))
        if kept.setdefault(key, example) is not example:
            dataset.left_out.append(LeftOut(example.origin, Reason.REPEATED))
    if len(kept) < LEAST_EXAMPLES:
        raise SourceError(
            f"{len(kept)} examples are too few, at least {LEAST_EXAMPLES} are needed: "
            "ingest more entries, write questions for them (`faqbot ingest --augment`), or wait "
            "for more liked answers. Left out: "
            + (", ".join(f"{n} ({why})" for why, n in dataset.reasons.items()) or "nothing")
        )
    _split([*kept.values()], dataset, share=share, seed=seed)
    return dataset


def _split(examples: Sequence[Example], dataset: Dataset, *, share: float, seed: int) -> None:
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.group, []).append(example)
    order = sorted(groups, key=lambda group: sha256(f"{seed}/{group}".encode()).digest())
    wanted = round(share * len(examples))
    for group in order:
        part = dataset.held_out if len(dataset.held_out) < wanted else dataset.train
        part += groups[group]


def _asked(example: Example) -> str:
    """Return what tells a question from another, its conversation included."""
    conversation = example.messages[-2]["content"].partition("<passages>")[0]
    return f"{compact(example.question)}\0{conversation}"


def _checked(place: str, row: dict[str, Any]) -> int:
    """Check one line as OpenAI does; its tokens.

    https://platform.openai.com/docs/guides/supervised-fine-tuning#formatting-your-data
    """
    messages = row.get("messages")
    if set(row) != {"messages"} or not isinstance(messages, list) or not messages:
        raise SourceError(f'{place} must have "messages", a list, and nothing else')
    for message in messages:
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise SourceError(f'{place}: each message has a "role" and a "content"')
        if message["role"] not in _ROLES:
            raise SourceError(f"{place}: the role {message['role']!r} is none of {_ROLES}")
        if not isinstance(message["content"], str) or not message["content"].strip():
            raise SourceError(f"{place}: a {message['role']} says nothing")
    if messages[-1]["role"] != "assistant" or not any(m["role"] == "user" for m in messages):
        raise SourceError(f"{place} must hold a user's message and end with an assistant's")
    tokens = tokens_of(messages)
    if tokens > MOST_TOKENS:
        raise SourceError(f"{place} has {tokens:,} tokens, more than {MOST_TOKENS:,}")
    return tokens


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(_read(path).splitlines(), start=1):
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SourceError(f"{place} is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise SourceError(f"{place} is not a JSON object")
        yield place, row


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        command = f"faqbot tune export {path.parent}"
        raise SourceError(
            f"{path} cannot be read ({error.strerror}): `{command}` writes it"
        ) from error


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
