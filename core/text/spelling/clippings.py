"""Words as people clip them: by the first syllables of their parts (구매확정: 구확).

Nobody has to list them. What a FAQ's titles put together is what its readers clip, and Kiwi takes
a clipped word for what it does not know, or for single syllables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kiwipiepy import Kiwi, Token

from core.text.kiwi import is_known
from core.text.korean import has_hangul
from core.text.spelling.splice import spliced

_SHORTEST, _LONGEST = 2, 3  # parts of a clipped word
_OFTEN = 2
_PARTS = ("N", "XR", "V", "MAG")
_LAST_PIECES = ("N", "XR", "MAG")
_PIECES = ("N", "XR", "XPN", "M", "IC")  # as which Kiwi reads a syllable of a clipped word


def clippings(texts: Iterable[tuple[str, Sequence[Token]]], kiwi: Kiwi) -> dict[str, str]:
    """Return the words that texts put together, by what they are clipped to.

    What stands together only once is chance, and a word of its own is not a clipped one. A clipped
    word that may stand for several stands for the one that is most frequent.
    """
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, tokens in texts:
        for clipped, whole in _put_together(text, tokens):
            found[clipped][whole] += 1
    common = {clipped: wholes.most_common(1)[0] for clipped, wholes in found.items()}
    repeated = [clipped for clipped, (_, times) in common.items() if times >= _OFTEN]
    alone = kiwi.tokenize(repeated)
    return {
        clipped: common[clipped][0]
        for clipped, tokens in zip(repeated, alone, strict=True)
        if len(tokens) > 1 or not is_known(tokens[0], kiwi)
    }


def spelt_out(text: str, tokens: Sequence[Token], known: Mapping[str, str], kiwi: Kiwi) -> str:
    """Return a text, which Kiwi has split into `tokens`, with its clipped words in full."""
    places = _clipped(text, tokens, known, kiwi)
    return spliced(text, ((start, end, known[text[start:end]]) for start, end in places))


def _put_together(text: str, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield what each two or three parts that stand together are clipped to, and all of them."""
    for parts in _runs(text, tokens):
        for size in range(_SHORTEST, _LONGEST + 1):
            for some in (parts[at : at + size] for at in range(len(parts) - size + 1)):
                whole = text[some[0].start : some[-1].start + some[-1].len]
                yield "".join(text[part.start] for part in some), "".join(whole.split())


def _runs(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield what stands together in a text, of parts that have two syllables or more."""
    parts: list[Token] = []
    for token in (*filter(_is_part, tokens), None):
        if parts and (token is None or not _joins(text, parts[-1], token)):
            yield parts
            parts = []
        if token is not None:
            parts.append(token)


def _is_part(token: Token) -> bool:
    return token.tag.startswith(_PARTS) and token.len > 1 and has_hangul(token.form)


def _joins(text: str, before: Token, after: Token) -> bool:
    """Return whether nothing but a space stands between two parts of a word."""
    return (
        before.start + before.len <= after.start
        and not text[before.start + before.len : after.start].strip()
    )


def _clipped(
    text: str, tokens: Sequence[Token], known: Mapping[str, str], kiwi: Kiwi
) -> Iterator[tuple[int, int]]:
    """Yield where the known clipped words stand, at the beginning of what is written together."""
    for at, first in enumerate(tokens):
        if first.start and text[first.start - 1].isalnum():
            continue
        near = tokens[at : at + _LONGEST + 1]
        ends = [end for end in _ends(near, kiwi) if text[first.start : end] in known]
        if ends:
            yield first.start, ends[-1]


def _ends(tokens: Sequence[Token], kiwi: Kiwi) -> Iterator[int]:
    """Yield where a clipped word may end: after tokens that Kiwi does not know, or syllables."""
    end = tokens[0].start
    for at, token in enumerate(tokens[:_LONGEST]):
        strange = token.len == 1 or not is_known(token, kiwi)
        if token.start != end or not strange or not token.tag.startswith(_PIECES):
            return
        end += token.len
        rest = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].start == end else None
        if token.tag.startswith(_LAST_PIECES) and (rest is None or not _is_part(rest)):
            yield end
