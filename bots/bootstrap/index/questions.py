"""The change of an entry's questions while the entry is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bots.bootstrap.index.build import reindex
from bots.bootstrap.search import Language
from config.settings import Settings
from core.types import Entry
from ingest.question_packs import PERSON, PackEntry, read_own, title_key, write_own
from ingest.sync import single_ingest


def serve_questions(
    settings: Settings,
    language: Language,
    served: Sequence[Entry],
    entry: Entry,
    questions: tuple[str, ...],
) -> None:
    """Serve an entry with other questions, and keep them for every ingest to come. Blocks.

    Raises:
        FaqIndexError: another ingest is running, or the index cannot be written.
        SourceError: they cannot be kept.
    """
    with single_ingest(settings.data_dir):
        before = read_own(settings.own_questions)
        key = title_key(entry.title)
        own = before | {key: PackEntry(key, entry.title, questions, PERSON)}
        write_own(settings.own_questions, own.values())
        changed = [
            replace(one, questions=questions) if one.faq_id == entry.faq_id else one
            for one in served
        ]
        try:
            reindex(settings, changed, language=language)
        except BaseException:  # what is not served now must not be served by the next ingest either
            write_own(settings.own_questions, before.values())
            raise
