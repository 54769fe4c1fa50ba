"""Synonyms at query time: the profile maps words that people type to words of the FAQ.

An alias is a run of terms; it matches a question whose terms contain that run in order, with at
most two other terms between neighbours, so that "돈이 언제 들어오나요" contains "돈 들어오다".
An alias that the FAQ itself never says, as an abbreviation or a brand's nickname, is written out.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.errors import ConfigError
from core.text.korean import Analyzer

_MAX_GAP_TERMS = 2


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """A group of words that people type (`aliases`) for words of the FAQ (`canonical`)."""

    canonical: tuple[str, ...]
    aliases: tuple[str, ...]
    both: bool = False


def load_groups(path: Path) -> tuple[SynonymGroup, ...]:
    """Read a TOML file of `[[group]]` tables.

    Raises:
        ConfigError: the file is missing, is not TOML, or a group lacks its words.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("group", [])
        return tuple(
            SynonymGroup(
                _listed(table["canonical"]), _listed(table["aliases"]), table.get("both", False)
            )
            for table in tables
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the synonyms in {path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path}: every [[group]] needs `canonical` and `aliases`, lists of words"
        ) from error


@dataclass(frozen=True, slots=True)
class _Rule:
    """One alias and one of its canonical words, as they are written and as terms."""

    alias: str
    alias_terms: tuple[str, ...]
    canonical: str
    canonical_terms: tuple[str, ...]


class Synonyms:
    """Finds the aliases in a question, and what the FAQ says in their place."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        self._by_first: dict[str, list[_Rule]] = defaultdict(list)
        for rule in rules:
            self._by_first[rule.alias_terms[0]].append(rule)

    @classmethod
    def compile(cls, groups: Sequence[SynonymGroup], analyzer: Analyzer) -> Self:
        """Build synonyms from groups; every word is split into terms here."""
        words = list(dict.fromkeys(word for group in groups for word in _words(group)))
        terms = dict(zip(words, map(_lemma, words, analyzer.terms_of(words)), strict=True))
        rules = [
            _Rule(alias, terms[alias], canonical, terms[canonical])
            for group in groups
            for alias, canonical in _pairs(group)
            if terms[alias] and terms[canonical] and terms[alias] != terms[canonical]
        ]
        return cls(rules)

    def expand(self, terms: Sequence[str]) -> tuple[str, ...]:
        """Return the canonical terms of every alias in a question, without its own terms."""
        found: dict[str, None] = {}
        for rule in self._in(terms):
            found.update(dict.fromkeys(rule.canonical_terms))
        own = set(terms)
        return tuple(term for term in found if term not in own)

    def written_out(self, text: str, terms: Sequence[str], known: Container[str]) -> str:
        """Return a question in which each alias that the FAQ never says is its canonical word.

        `terms` are those of the question, `known` those of the FAQ. Of several canonical words
        that the FAQ knows, the first is written.
        """
        for rule in self._in(terms):
            if _all_in(known, rule.canonical_terms) and not _all_in(known, rule.alias_terms):
                text = rule.canonical.join(_whole(rule.alias).split(text))
        return text

    def _in(self, terms: Sequence[str]) -> Iterator[_Rule]:
        """Yield the rules whose alias is among the terms, in the order of the terms."""
        for position, term in enumerate(terms):
            for rule in self._by_first.get(term, ()):
                if _follows(rule.alias_terms, terms, position):
                    yield rule


def _all_in(known: Container[str], terms: tuple[str, ...]) -> bool:
    return all(term in known for term in terms)


def _whole(word: str) -> re.Pattern[str]:
    """Return a pattern that finds a word where no Latin letter goes on with it."""
    return re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])", re.IGNORECASE)


def _listed(words: object) -> tuple[str, ...]:
    if not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
        raise TypeError(f"{words!r} is not a list of words")
    return tuple(words)


def _words(group: SynonymGroup) -> tuple[str, ...]:
    return (*group.canonical, *group.aliases)


def _pairs(group: SynonymGroup) -> list[tuple[str, str]]:
    targets, sources = group.canonical, group.aliases
    if group.both:
        targets = sources = _words(group)
    return [(source, target) for source in sources for target in targets if source != target]


def _lemma(word: str, terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return a word's terms; a verb that Kiwi takes for noun and copula is put right: "뿌리다"."""
    last = word.rsplit(maxsplit=1)[-1]
    if not last.endswith("다") or not terms or terms[-1].endswith(("/VV", "/VA", "/VX")):
        return terms
    return (*terms[:-1], f"{last[:-1]}/VV") if terms[-1] == f"{last[:-1]}/N" else terms


def _follows(alias: tuple[str, ...], terms: Sequence[str], start: int) -> bool:
    position = start
    for term in alias[1:]:
        window = terms[position + 1 : position + 2 + _MAX_GAP_TERMS]
        if term not in window:
            return False
        position += 1 + list(window).index(term)
    return True
