"""An index of entries, built beside the one that serves, by the embedder that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from bots.bootstrap.search import Language, embedder_of, load_language, retriever_of
from bots.bootstrap.stores import open_index
from config.resources import ENCODER, load_everyday, load_loanwords
from config.settings import Settings
from core.embeddings import e5
from core.embeddings.centred import centred
from core.embeddings.fastembed import fingerprint as fingerprint_of_local
from core.embeddings.joined import joined
from core.embeddings.kiwi import fingerprint
from core.ports import Embedder
from core.retrieval.array_files import read_model
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer, terms_version
from core.types import Entry
from ingest.sync import Changes, sync

Progress = Callable[[int, int], None]


def fingerprint_of(path: Path) -> str:
    """The fingerprint of an encoder file, read without Kiwi, which takes a second to load.

    Raises:
        ConfigError: the file is missing or damaged.
    """
    version = terms_version(load_loanwords())
    return read_model(path, lambda arrays: fingerprint(arrays, version))


def embedder_fingerprint(settings: Settings) -> str:
    """The fingerprint of the embedder that the settings name.

    Raises:
        ConfigError: the built-in encoder's file is missing or damaged.
    """
    match settings.embedder:
        case "openai" | "bedrock":
            from bots.bootstrap.models.embedders import remote_fingerprint

            return remote_fingerprint(settings)
        case "builtin":
            return fingerprint_of(ENCODER)
        case "e5":
            model = e5.fingerprint()
        case "local":
            model = fingerprint_of_local(settings.local_model)
    return joined(fingerprint_of(ENCODER), centred(model, load_everyday()))


def reindex(settings: Settings, entries: Sequence[Entry], *, language: Language) -> Changes:
    """Serve these entries in the place of those that are served; the caller has the ingest's lock.

    Raises:
        ModelError: a remote embedder fails; nothing was changed.
        FaqIndexError: the index cannot be written.
    """
    serving = open_index(settings).serving()
    source = serving.source if serving else ""
    return build_index(
        settings, entries, source=source, progress=lambda _done, _total: None, loaded=language
    )


def build_beside(
    settings: Settings, entries: Sequence[Entry], *, source: str, language: Language
) -> Changes:
    """Build an index of these entries, and serve what was served; the caller has the lock.

    Raises:
        ModelError, FaqIndexError: as `reindex`.
    """
    return build_index(
        settings,
        entries,
        source=source,
        progress=lambda _done, _total: None,
        loaded=language,
        serve=False,
    )


def build_index(  # noqa: PLR0913 - all by name; as `sync`
    settings: Settings,
    entries: Sequence[Entry],
    *,
    source: str,
    progress: Progress,
    loaded: Language | None = None,
    serve: bool = True,
    switched: Callable[[Retriever, Analyzer], None] = lambda *_: None,
    confirm: Callable[[], None] = lambda: None,
) -> Changes:
    index = open_index(settings)

    @cache
    def language() -> Language:
        return loaded or load_language(settings.profile, faq=settings.faq_profile)

    fetch: Callable[[Sequence[str], Sequence[str]], None] | None = None
    anew = False
    if settings.remote_embedder:
        from bots.bootstrap.models.embedders import has_another_length, prepare_with

        fetch, anew = prepare_with(settings, progress), has_another_length(settings)

    @cache
    def embedder() -> Embedder:
        return embedder_of(settings, language().encoder)

    before = index.serving()
    changes = sync(
        entries,
        index=index,
        analyzer=lambda: language().analyzer,
        embedder=embedder,
        fingerprint=embedder_fingerprint(settings),
        source=source,
        progress=progress,
        prepare=fetch,
        anew=anew,
        serve=serve,
        confirm=confirm,
    )
    if not serve:
        return changes
    if before is None or changes.generation != before.name:
        switched(retriever_of(settings, index, language(), embedder()), language().analyzer)
    return changes
