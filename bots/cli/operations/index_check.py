"""The doctor's look at the index: whether it is whole, and answers what the profile offers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bots.cli.operations.readers_check import readers
from bots.shared.platform import FAIL, NOTE, PASS, Check
from config.settings import Settings
from core.profile import Profile

if TYPE_CHECKING:
    from core.retrieval.retriever import Retriever  # imports Kiwi

_MOST_NAMED: Final = 12  # of the offers without an answer


def index(settings: Settings) -> Iterator[Check]:
    """Check the index, the search cache beside it, and what the profile offers of the FAQ."""
    from bots.bootstrap.index.build import embedder_fingerprint
    from bots.bootstrap.stores import open_index

    there = settings.chroma_url is not None or settings.index_dir.is_dir()
    opened = open_index(settings) if there else None
    serving = opened.serving() if opened else None
    if opened is None or serving is None:
        fix = "run `faqbot ingest PATH`; `faqbot chat` begins with the sample FAQ"
        yield Check(FAIL, "index", "there is no FAQ yet", fix)
        return
    again = f"run `faqbot ingest {serving.source}`"
    made = f"{serving.entries:,} entries of {serving.source}, ingested {serving.created_at}"
    if serving.fingerprint != (ours := embedder_fingerprint(settings)):
        text = f"made by the embedder {serving.fingerprint}, not by {ours}"
        yield Check(FAIL, "index", text, again)
        return
    stored = list(opened.digests(serving.name))
    if len(stored) != serving.entries:
        text = f"{len(stored):,} entries are there of {serving.entries:,}"
        yield Check(FAIL, "index", text, f"remove {settings.index_dir} and {again}")
        return
    yield Check(PASS, "index", made)
    yield from _search(settings, settings.cache_dir / f"{serving.name}.npz", stored)


def _search(settings: Settings, cache: Path, stored: list[str]) -> Iterator[Check]:
    """Check the search cache beside the index, and search once."""
    from bots.bootstrap.search import build_retriever
    from config.profiles import profile_of
    from core.retrieval.lexical.index import LexicalIndex

    try:
        same = list(LexicalIndex.load(cache).faq_ids) == stored
    except FileNotFoundError:
        yield Check(
            NOTE, "search cache", "none; the next question builds it, which takes a few seconds"
        )
    except (OSError, ValueError, KeyError) as error:
        yield Check(FAIL, "search cache", f"{cache} is damaged ({error})", f"remove {cache}")
        return
    else:
        if not same:
            text = f"{cache} holds other entries than the index"
            yield Check(FAIL, "search cache", text, f"remove {cache}")
            return
        yield Check(PASS, "search cache", f"{len(stored):,} entries, as in the index")
    retriever, _ = build_retriever(settings)
    profile = profile_of(settings)
    question = (*profile.examples, profile.name)[0]
    hits = retriever.search(question, limit=1)
    found = f"{hits[0].title!r}, {hits[0].confidence:.0%} sure" if hits else "nothing"
    yield Check(
        PASS if hits or not profile.examples else FAIL, "search", f"{question!r} finds {found}"
    )
    yield from _agreement(profile, retriever)
    yield from readers(profile, [entry.category for entry in retriever.all_entries()])


def _is_closed(profile: Profile, retriever: Retriever, text: str) -> bool:
    """Return whether a text asks for what is for a group alone."""
    from core.retrieval.audience import is_within

    found = retriever.search(text, limit=1)
    categories = [retriever.category_of(hit.faq_id) for hit in found]
    return any(is_within(one, profile.closed_categories) for one in categories)


def _agreement(profile: Profile, retriever: Retriever) -> Iterator[Check]:
    """Check that the FAQ answers what the profile offers: a gym's bot must not offer payouts."""
    from core.retrieval.audience import Audience
    from core.retrieval.hits import is_answer

    fix = "set `examples` and [[themes]] in the profile to questions of this FAQ"
    if not profile.examples:
        yield Check(NOTE, "profile and FAQ", "the profile has no examples to offer", fix)
    for_all = retriever.seen_by(Audience(withheld=profile.closed_categories))
    offered = [("example", text) for text in profile.examples]
    offered += [("theme", theme.ask) for theme in profile.themes]
    lost = [
        f"{kind} {text!r}"
        for kind, text in offered
        if not is_answer(for_all.search(text, limit=1)) or _is_closed(profile, retriever, text)
    ]
    if lost:
        shown = ", ".join(lost[:_MOST_NAMED])
        text = f"{len(lost)} of {len(offered)} offers have no answer for everybody: {shown}"
        yield Check(NOTE, "profile and FAQ", text, fix)
    elif offered:
        yield Check(PASS, "profile and FAQ", f"the FAQ answers all {len(offered)} offers")
