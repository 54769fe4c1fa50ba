"""The sanitising of the bot's texts: no mentions of everyone, no links to other hosts.

Text is cleaned in units that do not depend on how it was cut into pieces: a Hangul syllable or a
space is one by itself, and so is a whole run of anything else. What can do harm has no space in it,
and but for links no Hangul, so a unit holds all of it, and a stream waits at most for its end.

A link is judged as the widest that any client may take it for: from its scheme up to white space, a
`<` or the next scheme. All work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from core.text.syllables import SYLLABLE

_ZERO_WIDTH = "\u200b"  # discord.py's own escape_mentions inserts the same
_LAST_HANGUL = re.compile(r"[가-힣](?=[^가-힣]*\Z)")
_UNIT = re.compile(r"[^가-힣\s]{2,}")  # a shorter one is harmless

# <!channel>, <!subteam^S1>, <@U1>, <@&1>, <#C1>: https://docs.slack.dev/messaging/formatting-message-text
# and https://discord.com/developers/docs/reference#message-formatting
_BRACKETED = re.compile(r"<(?=[!@#])")
_CALLED = re.compile(r"@(?=everyone|here|channel|group)", re.IGNORECASE)
# How anything begins that a client makes clickable; `<` before it is Slack's and Markdown's. The
# length of a scheme is bounded, or a long run of letters would be read again from each of them.
_LINK_CHARS = 48
_LINK = re.compile(
    r"<?(?:(?:[a-z][a-z0-9+.\-]{0,40}:|(?<=\()|(?<=<))[/\\]{2}|www\.|(?:javascript|vbscript|data|mailto|tel|file):)",
    re.IGNORECASE,
)
_LINK_ENDS = re.compile(r"[/\\:.]")  # every beginning of a link ends with one of these
# White space, but not the control characters that Python counts as such and clients drop.
_SPACE = r" \t\n\r\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_END = re.compile(rf"[{_SPACE}<]")
# The end of a sentence behind a link: brackets, then a Korean particle, then
# punctuation. Nothing of it makes another host of the one before it.
_TAIL = re.compile(
    r"(?<=[a-z0-9/=&#_\-])[)\]}>\"'”’」』》*_~`,;!?]*+[가-힣]*+[)\]}>\"'”’」』》*_~`,;!?.:…]*+\Z",
    re.IGNORECASE,
)
_BLANK = re.compile(rf"[{_SPACE}]")
_RUN = re.compile(rf"[{_SPACE}]+|[^{_SPACE}]+")
_HOST = re.compile(r"(?:[a-z0-9\-]+\.)+[a-z0-9\-]+\.?(?::\d{1,5})?", re.IGNORECASE)
# Text that some clients, and people, take for a link: `bit.ly/abc`.
_BARE = re.compile(
    r"(?<![\w/@.:-])(?:[a-z0-9-]{1,63}\.){1,5}"
    r"(?:com|net|org|info|biz|io|app|dev|gg|me|ly|kr|co|xyz|site|online|page|link)/[\w%?=&#./-]+",
    re.IGNORECASE | re.ASCII,
)
# An address in the address of a page: such pages lead on to wherever it says. Browsers take
# `https:host` for one, too, and a page may decode what it is given more than once.
_LEADS_ON = re.compile(
    r"(?:/|%(?:25)*2f){2}|%(?:25)*5c|[=/](?:www\.|https?(?::|%(?:25)*3a))", re.IGNORECASE
)
_MARKDOWN_LINK = re.compile(r"\]\((?!<?https?://)", re.IGNORECASE)


class Cleaner:
    """Sanitises text; links may lead to `link_hosts` and their subdomains."""

    def __init__(self, link_hosts: Iterable[str], *, instead: str) -> None:
        """Replace a forbidden link by `instead`."""
        self._hosts = tuple(host.lower() for host in link_hosts)
        self._instead = instead

    def saying(self, instead: str) -> Cleaner:
        """Return the same cleaner with another text in the place of a forbidden link."""
        return Cleaner(self._hosts, instead=instead)

    def clean(self, text: str) -> str:
        """Return the sanitised text; sanitising it again changes nothing."""
        return _UNIT.sub(_clean_unit, self._with_known_links(text))

    def links_elsewhere(self, text: str) -> list[str]:
        """Return the addresses in a text that may not be linked to, also those without a scheme."""
        links = [_address(text[start:stop])[0] for start, stop in _links(text)]
        links += [f"https://{bare[0]}" for bare in _BARE.finditer(text)]
        return [link for link in links if not self.allows(link)]

    def _with_known_links(self, text: str) -> str:
        """Return the text without links that lead to other hosts."""
        parts: list[str] = []
        place = 0
        for start, stop in _links(text):
            parts += [text[place:start], self._judged(text[start:stop])]
            place = stop
        return "".join(parts) + text[place:]

    def _judged(self, link: str) -> str:
        address, after = _address(link)
        if not self.allows(address):
            return self._instead + after
        # A client would take a particle for a part of the host: so it stands apart.
        apart = after and SYLLABLE.match(after) and address.count("/") == len("//")
        return f"{link.removesuffix(after)} {after}" if apart else link

    def allows(self, url: str) -> bool:
        """Return whether an address is one that may be linked to."""
        scheme, separator, rest = url.partition("://")
        if scheme.lower() not in ("http", "https") or not separator:
            return False
        if "\\" in url or _LEADS_ON.search(rest) or _CALLED.search(url):
            return False
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        if not _HOST.fullmatch(authority):
            return False
        host = authority.partition(":")[0].rstrip(".").lower()
        return any(host == known or host.endswith(f".{known}") for known in self._hosts)


def _links(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each link of a text begins and where it ends at the latest."""
    starts = list(_LINK.finditer(text))
    for start, following in zip_longest(starts, starts[1:]):
        limit = following.start() if following else len(text)
        end = _END.search(text, start.end(), limit)
        yield start.start(), end.start() if end else limit


def _address(link: str) -> tuple[str, str]:
    """Split a link into its address and what stands behind it and belongs to the sentence."""
    tail = _TAIL.search(link)
    address, after = (link[: tail.start()], tail[0]) if tail else (link, "")
    return address.removeprefix("<"), after


def _clean_unit(match: re.Match[str]) -> str:
    unit = _MARKDOWN_LINK.sub("] (", match[0])
    unit = _BRACKETED.sub(lambda match: match[0] + _ZERO_WIDTH, unit)
    return _CALLED.sub(lambda match: match[0] + _ZERO_WIDTH, unit)


class CleanStream:
    """A `Cleaner` for text in pieces, whose result does not depend on the cuts."""

    def __init__(self, cleaner: Cleaner) -> None:
        self._cleaner = cleaner
        self._held: list[str] = []
        self._latest = ""  # the end of what is held, in which a link may begin
        self._in_link = False

    def feed(self, piece: str) -> str:
        """Return what may be shown now."""
        end = self._last_end(piece)
        if not end:
            self._held.append(piece)
            return ""
        text = "".join(self._held) + piece[:end]
        self._held = [piece[end:]]
        return self._cleaner.clean(text)

    def close(self) -> str:
        """Return what was still held, at the end of the text."""
        held = "".join(self._held)
        self._held.clear()
        self._latest, self._in_link = "", False
        return self._cleaner.clean(held)

    def _last_end(self, piece: str) -> int:
        """Return the end of the last whole unit in a piece, 0 if there is none."""
        end = 0
        for run in _RUN.finditer(piece):
            if _BLANK.match(run[0]):
                end, self._latest, self._in_link = run.end(), "", False
                continue
            before = len(self._latest)
            text = self._latest + run[0]
            if not self._in_link and _LINK_ENDS.search(run[0]):
                self._in_link = _LINK.search(text) is not None
            if not self._in_link and (hangul := _LAST_HANGUL.search(text)):
                end = max(end, run.start() + hangul.end() - before)
            self._latest = text[-_LINK_CHARS:]
        return end
