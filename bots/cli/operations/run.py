"""`faqbot run`: serve until stopped."""

from __future__ import annotations

from bots.bootstrap import serve
from config.settings import Settings


def run(settings: Settings, *, workers: int = 1) -> int:
    """Serve until SIGINT or SIGTERM; where nothing was ingested yet, that comes first.

    Raises:
        FaqbotError: something cannot be opened; the line says what to do.
    """
    return serve.run(settings, workers=workers)
