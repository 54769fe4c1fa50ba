"""Contradictions: whether an answer says otherwise than an entry on the same subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.lessons.stances import SIDE_WORDS, opposes
from core.lessons.statements import Statement, StatementReader, share
from core.text.amounts import Amount, KnownAmounts
from core.text.korean import Analyzer
from core.types import Entry

_WEEKDAYS: Final = frozenset(
    """
    월요일 화요일 수요일 목요일 금요일 토요일 일요일 평일 주말
    monday tuesday wednesday thursday friday saturday sunday weekday weekend
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_PRICE_WORDS: Final = frozenset("무료 공짜 free fee charge cost 내 받".split())  # noqa: SIM905
_SAME_MATTER: Final = 0.5  # the share of a statement's words that another has, too
_FEWEST_WORDS: Final = 2
_FOREIGN: Final = 3  # of so many words of a statement, at least one is shared
# Units that count anything. Another such as 학점 or GB tells what is spoken of.
_ANY_UNIT: Final = frozenset(
    "일 시간 분 초 주 개월 년 월 원 $ € £ ¥ % 개 명 회 건 번 배 단계 time hour date th".split()  # noqa: SIM905
)


class Contradictions:
    """Compares an answer with an entry, statement by statement."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._reader = StatementReader(analyzer)

    def says_otherwise(self, answer: str, entry: Entry) -> bool:
        """Return whether any statement of an answer contradicts an entry on the same subject.

        It names another amount, date or time, takes another side, or denies what the entry says, or
        the other way round.
        """
        said, known = self._reader.read(answer), self._reader.read(entry.text, heading=entry.title)
        # A short answer need not repeat what it was asked: "20일이에요".
        spared = max(_FEWEST_WORDS - len(said), -1)
        return any(
            _is_on_another_day(one, known)
            or _is_denied(one, known)
            or _costs_otherwise(one, known)
            or _has_other_amount(one, known, spared)
            or _is_opposed(one, known)
            for one in said
        )


def _has_other_amount(said: Statement, known: Sequence[Statement], spared: int) -> bool:
    """Return whether a statement has an amount where those on the same have another."""
    alike = [one for one in known if not said.is_of_another(one)]
    everywhere = KnownAmounts.of(amount for one in alike for amount in one.amounts)
    return any(
        everywhere.has_other(amount) and _has_rival(said, amount, alike, spared)
        for amount in said.amounts
        if amount.unit
    )


def _has_rival(said: Statement, amount: Amount, known: Sequence[Statement], spared: int) -> bool:
    """Return whether a statement on the same matter has another amount of the same kind.

    A statement with no more words than are `spared` is on the matter of all of them.
    """
    about = [
        one
        for one in known
        if KnownAmounts.of(one.amounts).has_other(amount) and not _repeats(said, one, amount)
    ]
    if len(said.words) <= spared:
        return bool(about)
    shared = [share(said.words, one.of_sentence) for one in about if one.adds is said.adds]
    most = max(shared, default=0) + (amount.unit not in _ANY_UNIT)
    fewest = 1 if len(said.words) <= _FEWEST_WORDS else _FEWEST_WORDS
    enough = max(fewest, _SAME_MATTER * len(said.words))
    return bool(shared) and most >= enough


def _repeats(said: Statement, one: Statement, amount: Amount) -> bool:
    """Return whether a statement has another's amounts of this kind, and this one beside them."""
    alike = [other for other in one.amounts if other.kinds & amount.kinds]
    return bool(alike) and all(other.keys <= said.amount_keys for other in alike)


def _is_on_another_day(said: Statement, known: Sequence[Statement]) -> bool:
    """Return whether all statements on the same matter name other days of the week."""
    days = said.words & _WEEKDAYS
    near = _nearest(said.words - days, known) if days else []
    return bool(near) and all(
        one.denies is said.denies and one.words & _WEEKDAYS and not one.words & days for one in near
    )


def _costs_otherwise(said: Statement, known: Sequence[Statement]) -> bool:
    """Return whether a statement names a price where others on the matter have none, or reverse."""
    if said.is_free is said.costs or any(
        one.is_free is said.is_free and one.costs is said.costs for one in known
    ):
        return False
    near = _nearest(said.words - _PRICE_WORDS, known)
    return any((one.is_free and said.costs) or (one.costs and said.is_free) for one in near)


def _is_opposed(said: Statement, known: Sequence[Statement]) -> bool:
    """Return whether those statements that are on the same matter all take another side."""
    near = [one for one in known if _is_near(said, one)] if said.stances else []
    return bool(near) and all(
        opposes(said.stances, one.stances) and not said.is_of_another(one) for one in near
    )


def _is_near(said: Statement, one: Statement) -> bool:
    """Return whether two statements say something of the same, with most of the words of each."""
    words, others = said.words - SIDE_WORDS, one.words - SIDE_WORDS
    count = min(share(words, others), share(others, words))
    fewest = min(_FEWEST_WORDS, len(words), len(others))
    most = max(len(words), len(others))
    return count >= max(1, fewest, _SAME_MATTER * most) and said.is_of_the_same(one)


def _is_denied(said: Statement, known: Sequence[Statement]) -> bool:
    """Return whether those statements that are on the same matter all say the opposite."""
    near = _nearest(said.words, [one for one in known if said.is_of_the_same(one)])
    days = said.words & _WEEKDAYS
    return bool(near) and all(
        one.denies is not said.denies
        and one.limits == said.limits
        and said.amount_keys <= one.amount_keys
        and (not days or not one.words & _WEEKDAYS or bool(days & one.words))
        for one in near
    )


def _nearest(words: frozenset[str], known: Sequence[Statement]) -> list[Statement]:
    """Return the statements that share most of some words, if those are enough."""
    shared = [(share(words, one.words), one) for one in known]
    most = max((count for count, _ in shared), default=0)
    if most < max(min(_FEWEST_WORDS, len(words)), _SAME_MATTER * len(words)):
        return []
    return [one for count, one in shared if count == most and count * _FOREIGN >= len(one.words)]
