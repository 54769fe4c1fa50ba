"""Sanitising of what the bot says.

No calls to everyone, no links elsewhere, none of its own instructions.

Text is cleaned in units that do not depend on how it was cut into pieces: a Hangul syllable or a
space is one by itself, and so is a whole run of anything else. What can do harm has no Hangul and
no space in it, so a unit holds all of it, and a stream waits at most for the end of a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from core.text.korean import ngrams

_ZERO_WIDTH = "\u200b"  # what discord.py's own escape_mentions puts between, too
_NO_LETTER = re.compile(r"[\W_]+")
_HARMLESS = re.compile(r"[가-힣\s]")
_UNIT = re.compile(r"[^가-힣\s]{2,}")  # a shorter one is harmless

# <!channel>, <!subteam^S1>, <@U1>, <@&1>, <#C1>: https://docs.slack.dev/messaging/formatting-message-text
# and https://discord.com/developers/docs/reference#message-formatting
_BRACKETED = re.compile(r"<(?=[!@#])")
_CALLED = re.compile(r"@(?=everyone|here|channel|group)", re.IGNORECASE)
# Anything with a scheme that a client makes clickable; `<` before and `|` after are Slack's. The
# length of a scheme is bounded, or a long run of letters would be read again from each of them.
_LINK = re.compile(
    r"<?(?:(?:[a-z][a-z0-9+.\-]{0,40}:|(?<=\()|(?<=<))[/\\]{2}|www\.|(?:javascript|vbscript|data|mailto|tel|file):)"
    r"[^<>|\")\]}]*\|?",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"\]\((?!<?https?://)", re.IGNORECASE)

_LEAK_CHARS = 40  # of letters and digits that run as they do in the instructions
_SUSPECT_CHARS = 10


class Cleaner:
    """Takes the harm out of text. `link_hosts` and their subdomains may be linked to."""

    def __init__(self, link_hosts: Iterable[str], *, instead: str) -> None:
        """`instead` stands where a link was."""
        self._hosts = tuple(host.lower() for host in link_hosts)
        self._instead = instead

    def clean(self, text: str) -> str:
        """The text, harmless. Cleaning twice changes nothing more."""
        return _UNIT.sub(self._clean_unit, text)

    def _clean_unit(self, match: re.Match[str]) -> str:
        unit = _LINK.sub(self._link, match[0])
        unit = _MARKDOWN_LINK.sub("] (", unit)
        unit = _BRACKETED.sub(lambda match: match[0] + _ZERO_WIDTH, unit)
        return _CALLED.sub(lambda match: match[0] + _ZERO_WIDTH, unit)

    def _link(self, match: re.Match[str]) -> str:
        return match[0] if self.allows(match[0].strip("<|")) else self._instead

    def allows(self, url: str) -> bool:
        """Whether an address is one that may be linked to."""
        if not url.isascii() or "\\" in url or url.count("://") > 1 or _CALLED.search(url):
            return False
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return False
        if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc:
            return False
        return any(host == known or host.endswith(f".{known}") for known in self._hosts)


class CleanStream:
    """A `Cleaner` for text that comes in pieces: the result is the same however it was cut."""

    def __init__(self, cleaner: Cleaner) -> None:
        self._cleaner = cleaner
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what may be shown now."""
        text = self._held + piece
        end = len(text)
        while end and not _HARMLESS.match(text[end - 1]):
            end -= 1
        self._held = text[end:]
        return self._cleaner.clean(text[:end])

    def close(self) -> str:
        """Return what was still held, at the end of the text."""
        held, self._held = self._held, ""
        return self._cleaner.clean(held)


class LeakWatch:
    """Holds text back while it runs like the instructions, and stops it when it runs too long."""

    def __init__(self, secret: str) -> None:
        self._secret, self._grams = _known(secret)
        self._run = ""  # the longest ending of what came that is in the secret, or a longer one
        self._held: list[str] = []
        self.leaked = False

    def feed(self, piece: str) -> str:
        """Return what may be shown; nothing more once `leaked` is true."""
        run = self._run + _letters(piece)
        if not self._held and not self.leaked and not self._suspect(run):
            self._run = run[1 - _SUSPECT_CHARS :]
            return piece
        return self._watch(piece)

    def close(self) -> str:
        """Return what was held and has turned out harmless."""
        held = "".join(self._held)
        self._held.clear()
        return held

    def _suspect(self, letters: str) -> bool:
        ends = range(_SUSPECT_CHARS, len(letters) + 1)
        return any(letters[end - _SUSPECT_CHARS : end] in self._grams for end in ends)

    def _watch(self, piece: str) -> str:
        shown: list[str] = []
        for character in piece:
            if self.leaked:
                break
            self._held.append(character)
            self._run = self._longest(self._run + _letters(character))
            if len(self._run) >= _LEAK_CHARS:
                self.leaked = True
                self._held.clear()
            elif len(self._run) < _SUSPECT_CHARS:
                shown += self._held
                self._held.clear()
        return "".join(shown)

    def _longest(self, run: str) -> str:
        while run and run not in self._secret:
            run = run[1:]
        return run


@lru_cache(maxsize=4)
def _known(secret: str) -> tuple[str, frozenset[str]]:
    """The letters of the instructions, and every run of them that is long enough to suspect."""
    letters = _letters(secret)
    return letters, frozenset(ngrams(letters, _SUSPECT_CHARS, _SUSPECT_CHARS))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())
