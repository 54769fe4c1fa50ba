"""What `faqbot doctor` says of the APIs that people may use through the bot."""

from __future__ import annotations

from collections.abc import Iterator

from bots.shared.platform import NOTE, PASS, Check
from config.settings import Settings


def api(settings: Settings) -> Iterator[Check]:
    """Yield what each book of an API allows, and the patterns that are not used."""
    if settings.api_book is None:
        return
    from bots.bootstrap.skills import api_books

    for book, _ in api_books(settings):
        yield Check(PASS, "api", f"{book.name} allows {', '.join(book.allowed)}")
        for name, allowed in book.allowed.items():
            for parameter, form in allowed.unused:
                text = f"{book.name}: nothing is held to the pattern {form!r} of {name}.{parameter}"
                why = "it may take very long, or Python cannot read it"
                fix = "write it without repeats in repeats, or leave it to the API"
                yield Check(NOTE, "api", f"{text}: {why}", fix)
