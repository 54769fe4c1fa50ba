"""The features of a text for search: content morphemes and stems, n-grams and jamo.

Kiwi (https://github.com/bab2min/Kiwi) splits words into morphemes; its model comes in the package.
A term is written `form/class`, where the class is the part of speech with all nouns, roots and
foreign words put together as `N`, because the same word is tagged now one way, now another.
Latin words are stemmed as English (https://snowballstem.org), each by itself, so that a FAQ may mix
languages; what is written without spaces, as Japanese and Chinese are, is cut into pairs.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from typing import NamedTuple, Self

import snowballstemmer
from kiwipiepy import Kiwi, Token

from core.bounded import BoundedDict
from core.text.kiwi import load_kiwi

# Parts of speech that carry meaning. https://bab2min.github.io/kiwipiepy/#kiwi
_CONTENT = ("N", "V", "XR", "XPN", "SN", "MAG", "MM", "W_")
_NOUNLIKE = ("N", "XR", "SL", "W_")
# Light verbs say nothing of the topic, and auxiliaries (VX) and the copula (VCP) even less.
_LIGHT = {("하", "VV"), ("되", "VV"), ("있", "VV"), ("있", "VA")}
# Suffixes that leave a noun what it is: 상품들, 고객님, 월별, 기본적.
_LOOSE_SUFFIXES = {"들", "님", "별", "적", "씩", "쯤", "째", "당", "가량", "여"}
# A share in hundredths, whichever way it is written: "몇퍼예요", "10프로", "5 %".
_PERCENT, _PERCENTS = "퍼센트/N", {"퍼센트", "퍼", "프로", "%"}
# English words that say nothing of the topic.
_FUNCTION_WORDS = re.compile(
    "an?|and|any|are|as|at|be|been|but|by|can|could|did|do|does|for|from|had|has|have|how|i|if|in"
    "|into|is|it|its|just|me|my|of|on|or|our|please|s|shall|should|so|t|than|that|the|their|them|then"
    "|there|these|they|this|those|to|was|we|were|what|when|where|which|who|why|will|with|would|you|your|am"
    "|im|ive|d|ll|re|ve|m|dont|cant"
)
_HANGUL = re.compile(r"[가-힣ᄀ-ᇿㄱ-ㆎ]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
_BLANK_LINES = re.compile(r"\n\s*\n")
_NOT_WORDS = re.compile(r"[\W_\u1100-\u11ff\u3130-\u318f]+")  # single jamo are laughter and tears
_LETTERS_OF_OTHERS = ("SH", "SW")  # as Kiwi tags Chinese characters, and what it does not know
_MEMO_PARTS = 50_000
_MEMO_CHARS = 5_000_000  # with their terms, which weigh several times as much, some 100 MB
_MEMO_STEMS = 20_000
_MEMO_TOKENS = 64  # texts whose tokens are kept: several readers ask for those of a question


# Part of what a record was made with: raise it when a text gives other terms than before.
_TERMS_VERSION = 7


def terms_version(loanwords: Mapping[str, str]) -> str:
    """Return a short hash of all that decides the terms of a text, without loading Kiwi."""
    parts = [
        _TERMS_VERSION,
        version("kiwipiepy_model"),
        version("snowballstemmer"),
        sorted(loanwords.items()),
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()[:6]


class _Part(NamedTuple):
    """A paragraph, and whether its text has any Hangul."""

    text: str
    korean: bool


class Analyzer:
    """Splits text into content terms, and caches those of the latest texts.

    One instance serves a whole process: the lexical index and the encoder ask for the same texts,
    and Kiwi is by far the dearest step of both.
    """

    def __init__(self, kiwi: Kiwi, loanwords: Mapping[str, str] | None = None) -> None:
        """`loanwords` maps lower-case Latin words to Hangul, which Korean text writes for them.

        A text without any Hangul keeps its own words.
        """
        self.kiwi = kiwi
        self.version = terms_version(loanwords or {})
        self._lock = threading.Lock()
        self.stem = _english_stems()
        self._loans: dict[str, tuple[str, ...]] = {}
        latin, hangul = list(loanwords or ()), list((loanwords or {}).values())
        words = [self._terms(tokens, korean=True) for tokens in kiwi.tokenize(hangul)]
        self._loans = dict(zip(latin, words, strict=True))
        self._memo: OrderedDict[_Part, tuple[str, ...]] = OrderedDict()
        self._memo_chars = 0
        self._tokens: BoundedDict[str, list[Token]] = BoundedDict(_MEMO_TOKENS)

    @classmethod
    def load(
        cls,
        loanwords: Mapping[str, str] | None = None,
        names: Collection[str] | None = None,
    ) -> Self:
        """Load Kiwi with its packaged model: about a second and 210 MB; see `load_kiwi`."""
        return cls(load_kiwi(names), loanwords)

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the content terms of one text, in order."""
        return self.terms_of([text])[0]

    def terms_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the content terms of several texts, on which Kiwi works in parallel.

        Each paragraph is read by itself, and once: an answer has the same paragraphs as the pieces
        that are embedded, and entries share theirs. A line alone would not do, as Kiwi knows the
        numbers of a list by the lines beside them.
        """
        wanted = list(map(_parts, texts))
        known = {part: self._memo.get(part) for parts in wanted for part in parts}
        missing = [part for part, terms in known.items() if terms is None]
        if missing:
            split = self._split([part.text for part in missing])
            fresh = {
                part: self._terms(tokens, korean=part.korean)
                for part, tokens in zip(missing, split, strict=True)
            }
            self._remember(fresh)
            known |= fresh
        return [tuple(chain.from_iterable(known[part] or () for part in parts)) for parts in wanted]

    def tokens(self, text: str) -> list[Token]:
        """Return what Kiwi splits a text into; those of the latest texts are remembered."""
        known = self._tokens.get(text)
        if known is None:
            known = self.kiwi.tokenize(text)
            self._keep_tokens([text], [known])
        return known

    def _split(self, texts: Sequence[str]) -> list[list[Token]]:
        if len(texts) == 1:  # Kiwi's threads take longer to wake up than it takes to split one text
            return [self.tokens(texts[0])]
        split = list(self.kiwi.tokenize(texts))
        self._keep_tokens(texts, split)
        return split

    def sentences(self, text: str) -> list[str]:
        """Return the sentences of a text, stripped, in order."""
        return [sentence.text.strip() for sentence in self.kiwi.split_into_sents(text)]

    def _terms(self, tokens: Sequence[Token], *, korean: bool) -> tuple[str, ...]:
        """Return the terms; English function words are left out of a text that is English.

        Korean text has letters that only look like them: "A/S", "IT 기기".
        """
        terms = self._read(tokens, korean=korean, all_words=korean)
        return terms or self._read(tokens, korean=korean, all_words=True)

    def _read(self, tokens: Sequence[Token], *, korean: bool, all_words: bool) -> tuple[str, ...]:
        terms: list[str] = []
        for before, token, form in _whole(tokens):
            if token.tag == "SL":
                for word in _latin_words(form.lower()):
                    if korean and (loan := self._loans.get(word)):
                        terms += loan
                    elif all_words or not _FUNCTION_WORDS.fullmatch(word):
                        terms.append(f"{self.stem(word)}/N")
            elif korean and before is not None and _is_percent(token, before):
                terms.append(_PERCENT)
            elif token.tag in _LETTERS_OF_OTHERS:
                terms += _foreign(token.form.lower())
            elif _is_content(token):
                terms.append(term_of(token.form, token.tag))
            elif before is not None and _completes(token, before):
                terms.append(term_of(before.form + token.form, before.tag))
        return tuple(terms)

    def _keep_tokens(self, texts: Sequence[str], split: Sequence[list[Token]]) -> None:
        with self._lock:
            self._tokens.update(zip(texts[-_MEMO_TOKENS:], split[-_MEMO_TOKENS:], strict=True))

    def _remember(self, fresh: dict[_Part, tuple[str, ...]]) -> None:
        with self._lock:
            for part, terms in fresh.items():
                if part not in self._memo:
                    self._memo_chars += len(part.text)
                self._memo[part] = terms
            while len(self._memo) > _MEMO_PARTS or self._memo_chars > _MEMO_CHARS:
                self._memo_chars -= len(self._memo.popitem(last=False)[0].text)


def _parts(text: str) -> list[_Part]:
    # Kiwi does not know Hangul that came apart into jamo, as file names of a Mac do.
    text = unicodedata.normalize("NFC", text)
    korean = has_hangul(text)
    return [_Part(paragraph, korean) for paragraph in _BLANK_LINES.split(text)]


def _english_stems() -> Callable[[str], str]:
    """Return a stemmer of English words that remembers the latest."""
    stemmer, lock = snowballstemmer.stemmer("english"), threading.Lock()

    @lru_cache(_MEMO_STEMS)
    def stem(word: str) -> str:
        with lock:  # a stemmer keeps the word that it is at in itself
            return str(stemmer.stemWord(word))

    return stem


def has_hangul(text: str) -> bool:
    """Return whether a text has any Hangul, whole syllables or letters alone."""
    return bool(_HANGUL.search(text))


def compact(text: str) -> str:
    """Return the letters and digits alone, in lower case: spacing and punctuation are gone."""
    return _NOT_ALNUM.sub("", unicodedata.normalize("NFKC", text).lower())


def jamo(text: str) -> str:
    """Return the text with its Hangul split into letters, so that a typing error changes few."""
    return unicodedata.normalize("NFD", text)


def ngrams(text: str, shortest: int, longest: int) -> list[str]:
    """Return all substrings of `shortest` to `longest` characters, in order of length."""
    return [
        text[start : start + size]
        for size in range(shortest, longest + 1)
        for start in range(len(text) - size + 1)
    ]


def term_of(form: str, tag: str) -> str:
    """Return the term of Kiwi's form and part of speech, `form/class`."""
    return f"{form.lower()}/{'N' if tag.startswith(_NOUNLIKE) else tag.partition('-')[0]}"


def _whole(tokens: Sequence[Token]) -> Iterator[tuple[Token | None, Token, str]]:
    """Yield each token with the one before it and its form, the parts of a Latin word as one.

    Kiwi takes what is before a full stop for an abbreviation of four letters: "covered." comes as
    "co" and "vered.".
    """
    before: Token | None = None
    rest = iter(tokens)
    token = next(rest, None)
    while token is not None:
        last, form = token, token.form
        following = next(rest, None)
        while following is not None and _continues(following, last):
            last, form = following, form + following.form
            following = next(rest, None)
        yield before, token, form
        before, token = last, following


def _continues(token: Token, before: Token) -> bool:
    together = before.start + before.len == token.start
    return bool(token.tag == before.tag == "SL" and together)


def _latin_words(form: str) -> list[str]:
    """Return the words of a Latin token: "covered." has one, "support.com" two, "a.m." one."""
    words = [word for word in form.split(".") if word]
    return words if any(len(word) > 1 for word in words) else ["".join(words)] * bool(words)


def _foreign(word: str) -> list[str]:
    """Return the terms of letters that are neither Hangul nor Latin."""
    spaced = _NOT_WORDS.sub(" ", _UNSPACED.sub(" ", word))
    terms = [f"{rest}/N" for rest in spaced.split() if rest.isalpha()]
    for run in _UNSPACED.findall(word):
        terms += [f"{pair}/N" for pair in ngrams(run, 2, 2) or [run]]
    return terms


def _is_percent(token: Token, before: Token) -> bool:
    counted = before.tag in ("SN", "NR") or before.form == "몇"
    return counted and token.form in _PERCENTS


def _completes(suffix: Token, before: Token) -> bool:
    """Return whether a suffix makes a noun of the token before: 미성년 and 자 are 미성년자."""
    return (
        suffix.tag == "XSN"
        and suffix.form not in _LOOSE_SUFFIXES
        and before.tag.startswith(_NOUNLIKE)
        and before.start + before.len == suffix.start
    )


def _is_content(token: Token) -> bool:
    tag = token.tag.partition("-")[0]
    if not tag.startswith(_CONTENT) or tag in ("VX", "VCP"):
        return False
    return (token.form, tag) not in _LIGHT
