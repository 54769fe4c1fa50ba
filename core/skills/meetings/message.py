"""A message about meetings, with the diary and the words that every reply needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.skills.meetings.diary import Diary
from core.skills.meetings.given import Given
from core.skills.meetings.meeting import Attendee, Meeting, Slot, person_key
from core.skills.meetings.names import bare_names
from core.skills.meetings.people import read_people, read_taken_out
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import Words
from core.skills.messenger import Messenger
from core.skills.skill import Request, SkillReply
from core.skills.times.reader import Said, read_corrected, without_times
from core.text.korean import Analyzer
from core.text.spelling.normalize import normalized
from core.types import Mention

_LATIN: Final = re.compile(r"[A-Za-z']+")
_LAPSES: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MeetingTools:
    """The parts that the skill works with."""

    diary: Diary
    words: Words
    hours: WorkingHours
    analyzer: Analyzer
    messenger: Messenger

    def people(self, rest: str, *, listed: bool = False) -> tuple[tuple[str, ...], str]:
        """Return who is named in a message without its times, and the rest; see `read_people`."""

        def bare(text: str) -> list[re.Match[str]]:
            return bare_names(text, self.analyzer.tokens, self._is_no_name)

        return read_people(rest, bare, listed=listed)

    def _is_no_name(self, word: str) -> bool:
        return any(self.words.intents.is_wholly(one, word) for one in ("filler", "kind"))


@dataclass(frozen=True, slots=True)
class MeetingMessage:
    """One message about meetings."""

    desk: MeetingTools
    request: Request

    @property
    def now(self) -> datetime:
        """The time of the message, in the zone of its author."""
        return self.request.situation.now

    @property
    def person(self) -> str:
        """The id of the author of the message."""
        return self.request.situation.person

    @property
    def text(self) -> str:
        """The message, with a short name of one word in the place of each mention."""
        text = self.request.text
        for name, mention in sorted(self._mentions.items(), key=lambda one: -len(one[1].text)):
            text = text.replace(normalized(mention.text), name)
        return text

    @property
    def _mentions(self) -> dict[str, Mention]:
        mentions = self.request.question.mentions
        return {f"@p{number}": mention for number, mention in enumerate(mentions, start=1)}

    def people(self, rest: str, *, listed: bool = False) -> tuple[tuple[Attendee, ...], str]:
        """Return who is named in a message without its times, and the rest; see `MeetingTools`."""
        names, rest = self.desk.people(rest, listed=listed)
        found = map(self._attendee, names)
        return tuple(one for one in found if one.key != person_key(self.person)), rest

    def wishes(self) -> tuple[MeetingMessage, ...]:
        """Return the message, or the parts of it that each ask for a meeting of its own.

        Each has a time, and people or a word for a meeting.
        """
        for form in self.desk.words.intents.patterns["then"]:
            for match in form.finditer(self.request.text):
                first, rest = (
                    replace(self, request=replace(self.request, text=text.strip(" ,")))
                    for text in (self.request.text[: match.start()], match.string[match.end() :])
                )
                if first.is_whole_wish and rest.is_whole_wish:
                    return first, *rest.wishes()
        return (self,)

    @property
    def is_whole_wish(self) -> bool:
        """True if the message says at what time, and with whom or that it is a meeting."""
        said = self.read(self.text)
        has_time = said.clocks or self.says("same_time")
        return bool(has_time and (self.says("meeting") or self.people(said.rest)[0]))

    def taken_out(self) -> tuple[tuple[Attendee, ...], tuple[Attendee, ...]]:
        """Return whom the message takes out of the meeting, and who comes instead."""
        out, instead = read_taken_out(without_times(self.text, self.now))
        return tuple(map(self._attendee, out)), tuple(map(self._attendee, instead))

    def _attendee(self, name: str) -> Attendee:
        known = self._mentions.get(name)
        return Attendee(known.name, known.person) if known else Attendee(name)

    @property
    def given(self) -> Given:
        """The message as a model has read it, if one has."""
        return Given.of(self.request.arguments)

    def people_given(self) -> tuple[Attendee, ...]:
        """Return who is to come, as a model has read it."""
        mentions = self.request.question.mentions
        known = {name: one for one in mentions for name in (one.text, one.name)}
        found = [
            Attendee(known[name].name, known[name].person) if name in known else Attendee(name)
            for name in self.given.people
        ]
        return tuple(one for one in found if one.key != person_key(self.person))

    def say(self, name: str, /, **values: str) -> str:
        """Return a text of the language's file."""
        return self.desk.words.texts[name].format(**values)

    def says(self, intent: str) -> bool:
        """Return whether the message has a word of an intent."""
        return self.desk.words.says(intent, self.text)

    def is_wholly(self, intent: str) -> bool:
        """Return whether the message is nothing but a word of an intent."""
        return self.desk.words.intents.is_wholly(intent, self.text)

    def presses(self, button: str) -> bool:
        """Return whether the message is the words of a button."""
        return self.text.casefold() == self.say(button).casefold()

    @property
    def wants_another(self) -> bool:
        """True if the message asks for another meeting than the current one."""
        wanted = any(map(self.says, ("book", "list")))
        return wanted and self.says("meeting")

    @property
    def wants_a_list(self) -> bool:
        """True if the message asks which meetings there are."""
        return self.says("agenda") or (self.says("list") and self.says("meeting"))

    def read(self, text: str, *, bare: bool = False, at: datetime | None = None) -> Said:
        """Return what a text says about when; `bare` numbers are times of the day.

        What a model has read goes before it. It is read as if it was said `at` another time, if
        one is given.
        """
        said, given = read_corrected(text, at or self.now, bare=bare), self.given.said
        return replace(
            said,
            days=given.days or said.days,
            clocks=given.clocks or said.clocks,
            until=() if given.clocks else said.until,
            minutes=given.minutes or said.minutes,
            impossible=given.impossible or said.impossible,
        )

    def is_about_something_else(self, rest: str) -> bool:
        """Return whether a message without its times and names holds nouns of some other matter."""
        intents = self.desk.words.intents
        korean = self.desk.analyzer.terms(
            _LATIN.sub(" ", rest)
        )  # which would make Hangul of Latin words
        nouns = [term[:-2] for term in korean if term.endswith("/N")] + _LATIN.findall(rest)
        return any(len(noun) > 1 and not intents.is_wholly("filler", noun) for noun in nouns)

    def is_noun(self, word: str) -> bool:
        """Return whether a word is made of nouns alone; one without Hangul may be."""
        terms = self.desk.analyzer.terms(word)
        nouns = [term[:-2] for term in terms if term.endswith("/N")]
        return bool(_LATIN.search(word)) or "".join(nouns) == word

    def aside(self, text: str) -> SkillReply:
        """Return a reply that leaves what is being arranged as it is."""
        data = self.request.data
        if data is None or PLANS.validate_json(data).step == "booked":
            data = PLANS.dump_json(Plan(step="listed")).decode()
        return replace(self._reply(text, (), data), asks=False)

    def ask(self, plan: Plan, text: str, *choices: str) -> SkillReply:
        """Return a reply after which the person who began continues to talk about the plan."""
        return self._reply(text, choices, PLANS.dump_json(plan).decode())

    def _reply(self, text: str, choices: tuple[str, ...], data: str) -> SkillReply:
        return SkillReply(
            text,
            choices,
            data,
            only=(self.person,) if self.person else (),
            until=self.now + _LAPSES,
        )

    def local(self, slot: Slot) -> Slot:
        """Return a slot in the zone of the author."""
        zone = self.now.tzinfo
        return Slot(slot.start.astimezone(zone), slot.end.astimezone(zone))

    def about(self, meeting: Meeting) -> str:
        """Return a meeting with every value, a line each."""
        return self.desk.words.about(replace(meeting, slot=self.local(meeting.slot)))

    def start(self, meeting: Meeting) -> str:
        """Return when a meeting begins."""
        return self.start_of(meeting.slot)

    def start_of(self, slot: Slot) -> str:
        """Return when a slot begins."""
        return self.desk.words.start(self.local(slot))
