"""`faqbot run`: serve until stopped."""

from __future__ import annotations

from bots.bootstrap import serve
from bots.cli.ingest import first_ingest
from bots.cli.terminal import Screen
from config.profiles import profile_of
from config.settings import Settings


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM.

    Where the web page is all there is, it begins with the sample FAQ, as the terminal does.

    Raises:
        FaqbotError: something cannot be opened; the line says what to do.
    """
    if settings.has_web_alone and not settings.source:
        profile = profile_of(settings)
        first_ingest(settings, Screen(profile), profile)
    return serve.run(settings)
