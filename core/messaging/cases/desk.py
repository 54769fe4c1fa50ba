"""The desk at which questions wait for a person: it opens cases, and lets others join them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from core.assistant.audiences import Scope
from core.lessons.answered_cases import change_case
from core.messaging.cases.roster import Roster, in_order_of_presence, next_day, works_from
from core.ports import Cases
from core.profile import Owner, Profile
from core.retrieval.audience import Audience
from core.text.languages import to_asker
from core.text.markdown.measure import shortened
from core.text.safety.personal_data import mask
from core.text.safety.sanitize import Cleaner
from core.text.utterances.person_wanted import wants_person
from core.types import (
    AuditEvent,
    Call,
    Case,
    Escalated,
    Passage,
    Question,
    SessionId,
    Waiter,
)

_COMPARED: Final = 2_000  # the open cases that a question is compared with, the oldest first
_MOST_TRIED: Final = 5  # similar cases that are tried, as some may be of other readers
_SHOWN_CHARS: Final = 120  # the longest quotation of another person's question
_AGAIN_LATER: Final = timedelta(
    hours=1
)  # the delay of a call from a conversation that has called often

MostAlike = Callable[[str, Sequence[str]], int | None]
Categories = Callable[[Sequence[str]], Awaitable[Sequence[str]]]


class CaseDesk:
    """Opens a case for what the FAQ does not answer; the same question by meaning joins it."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        cases: Cases,
        roster: Roster,
        most_alike: MostAlike,
        title_of: Callable[[Question], Awaitable[str]],
        categories_of: Categories,
        entries_for: Callable[[str, Audience], Awaitable[list[Passage]]],
        scope_of: Callable[[Question], Awaitable[Scope]],
        note: Callable[[AuditEvent], Awaitable[None]],
        profile: Profile,
        now: Callable[[], datetime],
    ) -> None:
        """`most_alike` is as in `core.messaging.cases.likeness`.

        `title_of` returns a question in words that are clear without its conversation, and without
        personal data. `categories_of` returns the categories of entries by their titles,
        `entries_for` the entries nearest to a question, and `scope_of` the readers of its answer.
        `note` adds to the audit log.
        """
        self.cases = cases
        self.roster = roster
        self.now = now
        self.changed = asyncio.Event()  # set when the rounds may have something to do
        self._most_alike = most_alike
        self._title_of = title_of
        self._categories_of = categories_of
        self._entries_for = entries_for
        self._scope_of = scope_of
        self.note = note
        self.profile = profile
        self._opening = asyncio.Lock()  # two people who ask the same at once share one case

    async def escalated(
        self, question: Question, ending: Escalated, *, public: bool, calls: bool
    ) -> Escalated:
        """Open or join a case; return the ending with the called owners and words for the asker.

        Owners can see the question if the session is `public`. Without `calls` they are called
        later. A question that has a case already gets the same ending again. The call is stored
        before this returns.

        Raises:
            StorageError: the case is not stored.
        """
        async with self._opening:
            case = await self._case_of(question)
            if case is None:
                case = await self._opened(question, ending.followups, public=public, calls=calls)
        return self._told(case, question, ending)

    async def change(self, case_id: str, changed: Callable[[Case], Case | None]) -> Case | None:
        """Change a case as it is now; see `change_case`."""
        case = await change_case(self.cases, case_id, changed)
        self.changed.set()
        return case

    async def disliked(self, question: Question, titles: Sequence[str], *, public: bool) -> None:
        """Open a case for a question whose answer has helped nobody.

        `titles` are those of the entries that it was answered from.

        Raises:
            StorageError: the case is not stored.
        """
        async with self._opening:
            if await self.cases.of_question(question.id):
                return
            case = await self._opened(question, titles, public=public, calls=False)
            if public and not case.calls:
                await self.change(case.id, lambda now: replace(now, due_at=self.now()))

    async def joined_in(self, session: SessionId) -> Question | None:
        """Return the latest question of a conversation that waits with the case of another one.

        Raises:
            StorageError: the cases cannot be read.
        """
        joined = [
            one.question
            for case in await self.cases.open(_COMPARED)
            for one in case.waiters[1:]
            if one.question.session == session
        ]
        return max(joined, key=lambda one: one.asked_at, default=None)

    async def apart(self, question: Question, joined: Question, *, public: bool) -> None:
        """Take a question that has `joined` a case out of it, and open a case for `question`.

        Raises:
            StorageError: repeat the call.
        """
        async with self._opening:
            title = await self._title_of(joined)
            if case := await self.cases.of_question(joined.id):
                await self.change(case.id, lambda now: now.without_question(joined.id))
            new = await self._new(question, title, (), public=public, calls=True)
            while not await self.cases.find(new.id):
                await self.cases.add(new, after=await self.cases.latest())

    async def _case_of(self, question: Question) -> Case | None:
        """Return the open case of a question; an edited question leaves its former case."""
        case = await self.cases.of_question(question.id)
        if case is None:
            return None
        waiter = next(one for one in case.waiters if one.question.id == question.id)
        if waiter.question.text == question.text:
            return case
        left = case.without_question(question.id)
        if left is None:
            title = await self._title_of(question)
            await self.change(
                case.id, lambda now: replace(now, question=title, waiters=(Waiter(question),))
            )
            return await self.cases.find(case.id)
        await self.change(case.id, lambda now: now.without_question(question.id))
        return None

    async def _opened(
        self, question: Question, nearest: Sequence[str], *, public: bool, calls: bool
    ) -> Case:
        """Return the case that a question opens or joins.

        If another process has opened a case since the open ones were read, they are read again: it
        may ask the same.
        """
        title, new = await self._title_of(question), None
        while True:
            latest = await self.cases.latest()
            if joined := await self._joined(question, title, public=public):
                return joined
            new = new or await self._new(question, title, nearest, public=public, calls=calls)
            if await self.cases.add(new, after=latest):
                return new
            if stored := await self.cases.find(new.id):
                return stored

    async def _new(
        self, question: Question, title: str, nearest: Sequence[str], *, public: bool, calls: bool
    ) -> Case:
        now = self.now()
        case = Case(_id_of(question.id), title, now, (Waiter(question),))
        if not public:
            return case
        owners = await self.owners_of(title, nearest, question)
        if owners and not calls:
            begins = works_from(in_order_of_presence(owners, now)[0], now)
            return replace(case, due_at=max(now + _AGAIN_LATER, begins))
        return await self.called(case, owners, reference=question.id)

    async def _joined(self, question: Question, title: str, *, public: bool) -> Case | None:
        """Let a question join the open case that asks the same; None if there is none."""
        case = await self._most_alike_of(question, title)
        while case and case.is_open:
            joined = case.joined_by(question)
            if public and not case.calls and case.due_at is None:
                # A private case has called nobody, and its words must not become public.
                joined = replace(joined, question=title, due_at=self.now())
            if await self.cases.save(joined):
                return joined
            case = await self.cases.find(case.id)
        return None

    async def entries_for(self, case: Case) -> list[Passage]:
        """Return the entries nearest to a case that everybody who waits for it may see."""
        scope = await self._scope_of(case.waiters[0].question)
        return await self._entries_for(case.question, scope.audience)

    async def owners_of(
        self, title: str, nearest: Sequence[str], question: Question
    ) -> list[Owner]:
        """Return the owners to call to a question, by the titles of the entries nearest to it."""
        categories = await self._categories_of(nearest)
        channel = (await self._scope_of(question)).channel
        first = channel.owners if channel else ()
        return self.roster.owners_of(title, categories, platform_of(question), first=first)

    async def _most_alike_of(self, question: Question, title: str) -> Case | None:
        """Return the open case that asks the same; its readers are the same, as they share it.

        Two people who have only asked for a person do not ask the same.
        """
        if wants_person(title):
            return None
        others = await self.cases.open(_COMPARED)
        audience = (await self._scope_of(question)).audience
        for _ in range(_MOST_TRIED):
            titles = [one.question for one in others]
            place = await asyncio.to_thread(self._most_alike, title, titles)
            if place is None:
                return None
            case = others.pop(place)
            if (await self._scope_of(case.waiters[0].question)).audience == audience:
                return case
        return None

    async def called(self, case: Case, owners: Sequence[Owner], *, reference: str) -> Case:
        """Return a case after the call of the first of these owners who can be called now.

        Owners who are away, or have had the day's calls, are passed over. If nobody can be called
        now, the next step is due when somebody can.
        """
        now, waits = self.now(), list[datetime]()
        for owner in in_order_of_presence(owners, now):
            if (begins := works_from(owner, now)) > now:
                waits.append(begins)
                break
            if await self._may_call(owner, now):
                call = Call(owner.name, now, reference)
                return case.called(call, due_at=now + timedelta(hours=owner.reminder_h))
            waits.append(next_day(owner, now))
        return replace(case, due_at=min(waits, default=None))

    async def _may_call(self, owner: Owner, now: datetime) -> bool:
        """Count a call of an owner; return whether the day's limit allows it."""
        today = now.astimezone(ZoneInfo(owner.zone)).date()
        return await self.cases.count_call(owner.name, today) <= owner.calls_a_day

    def _told(self, case: Case, question: Question, ending: Escalated) -> Escalated:
        told = replace(ending, calls=False, case_id=case.id)
        profile = to_asker(self.profile, question.text)
        if not case.is_open:
            return told
        if case.waiters[0].question.id != question.id:
            return replace(told, note=self._joined_note(case, question, profile))
        if case.calls and case.calls[0].reference == question.id:
            owner = self.roster.named(case.calls[0].owner)
            contacts = owner.contacts if owner else ()
            note = profile.case.opened
            return replace(told, calls=True, contacts=contacts, note=note)
        if case.due_at is None:
            return replace(told, note=profile.case.kept)
        return replace(told, note=profile.case.later.format(when=self._clock(case.due_at)))

    def _joined_note(self, case: Case, question: Question, profile: Profile) -> str:
        """Return what an asker is told whose question waits with the case of an earlier one."""
        if not case.calls:  # the question may be private
            return profile.case.kept
        if _waits_here(case, question):
            return profile.case.opened
        return self.quoted(profile.case.joined, case.question)

    def quoted(self, text: str, question: str) -> str:
        """Return a text of the profile with a person's words in it: masked, short and sanitised."""
        # After the first asker was forgotten, the question is in the next one's own words.
        line = shortened(" ".join(mask(question).split()), _SHOWN_CHARS)
        cleaner = Cleaner(self.profile.link_hosts, instead=self.profile.link_left_out)
        return text.replace("{question}", cleaner.clean(line))

    def _clock(self, at: datetime) -> str:
        zone = ZoneInfo(self.roster.zone)
        local, today = at.astimezone(zone), self.now().astimezone(zone).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _waits_here(case: Case, question: Question) -> bool:
    """Return whether an asker waits for a case with an earlier question of the conversation."""
    mine = [
        one.question.id
        for one in case.waiters
        if (one.question.session, one.question.asker) == (question.session, question.asker)
    ]
    return mine[:1] != [question.id]


def platform_of(question: Question) -> str:
    """Return the platform on which a question was asked, as contacts name it."""
    return question.session.partition(":")[0]


def _id_of(question_id: str) -> str:
    return blake2b(question_id.encode(errors="surrogatepass"), digest_size=8).hexdigest()
