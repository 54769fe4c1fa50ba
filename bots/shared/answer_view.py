"""The part below an answer, with sources and follow-ups, which is the same on every platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from core.profile import Profile
from core.text.languages import in_language_of, to_asker
from core.text.markdown.measure import cost
from core.text.markdown.split import settled, split
from core.text.safety.sanitize import Cleaner
from core.types import Answered, Declined, Escalated, Passage, View

# The most sources and offers: more than any ending has, and as many as every platform can show.
_MOST: Final = 10
# More questions than these are a menu, which has at most 25 choices on Discord.
# https://discord.com/developers/docs/components/reference#string-select
MOST_BUTTONS: Final = 5
_MOST_CHOICES: Final = 25
# The longest question and teacher's name of a lesson in the sources.
_TITLE_CHARS, _NAME_CHARS = 100, 40
_CLOSERS_COST: Final = 100  # characters that `settled` may add to the last piece


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """The options of rendering an answer in one place.

    `quoted` shows the question above its answer, as is needed if nobody has typed it there; `named`
    adds its asker's name. `used` are the indexes of buttons that were pressed.
    """

    profile: Profile
    cleaner: Cleaner
    quoted: bool = False
    named: bool = True
    used: frozenset[int] = frozenset()
    stoppable: bool = True
    feedback: bool = True

    def spoken_to(self, view: View) -> Self:
        """Return the options with the bot's words in the language of a view's question."""
        spoken_by = to_asker if isinstance(view.ending, Escalated) else in_language_of
        profile = spoken_by(self.profile, view.question.text)
        if profile is self.profile:
            return self
        return replace(self, profile=profile, cleaner=self.cleaner.saying(profile.link_left_out))


@dataclass(frozen=True, slots=True)
class Ending:
    """The parts of an ending in their order.

    They are the note, the sources (plain text), the `lead` with the offers, and the questions of
    the buttons. `links` are the addresses of the sources, "" for a source without an allowed one.
    """

    note: str = ""
    sources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    lead: str = ""
    offers: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    rated: bool = False  # whether the answer has buttons for opinions

    @property
    def opens(self) -> bool:
        """True if a source has no address, so that a button has to open its text."""
        return not all(self.links)


def ending_of(view: View, look: RenderOptions) -> Ending:
    """Return the ending of a view; it is empty while the answer is being written."""
    profile = look.profile
    questions = view.followups[:_MOST_CHOICES]
    match view.ending:
        case Answered(skill=skill) if skill:
            return Ending(view.note, questions=questions)
        case Answered(sources=()):  # a reply to a greeting
            return Ending(view.note, lead=profile.try_asking, questions=questions)
        case Answered(sources=sources, offers=offers):
            ending = Ending(
                view.note,
                lead=profile.ask_next,
                offers=tuple(filter(None, offers))[:_MOST],
                questions=questions,
                rated=True,
            )
            return _with_sources(ending, sources, look)
        case Declined():
            return Ending(view.note, lead=profile.lead_back, questions=questions)
        case Escalated(note=note):
            return Ending(view.note or note, lead=profile.nearest, questions=questions)
        case _:
            return _with_sources(Ending(view.note), view.used if view.note else (), look)


def _with_sources(ending: Ending, used: Sequence[Passage], look: RenderOptions) -> Ending:
    return replace(
        ending,
        sources=tuple(source_line(passage, look.profile) for passage in used[:_MOST]),
        links=tuple(_link(passage.url, look.cleaner) for passage in used[:_MOST]),
    )


def _link(url: str, cleaner: Cleaner) -> str:
    return url if url and cleaner.allows(url) else ""


def source_line(passage: Passage, profile: Profile) -> str:
    """Return an entry's title with its marks: expired, and for a lesson its author and date."""
    source = passage.source
    parts = [" ".join(passage.title.split())]
    if source.kind != "official":
        # A lesson's question is cut, so that its author and date stay visible behind it.
        name = profile.learned.format(name=_shortened(source.author, _NAME_CHARS))
        parts = [_shortened(parts[0], _TITLE_CHARS), name]
    if source.learned_at:
        parts.append(source.learned_at.date().isoformat())
    if source.expired:
        parts.append(profile.expired)
    return " · ".join(parts)


def _shortened(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def pieces(view: View, limit: int, *, length: Callable[[str], int] = cost) -> list[str]:
    """Return the view's Markdown in pieces of at most `limit` characters, as `length` counts them.

    As the answer grows, only the last piece changes.
    """
    if view.ending:
        return split(view.text, limit - _CLOSERS_COST, length=length)
    found = split(settled(view.text, close=False), limit - _CLOSERS_COST, length=length)
    return [piece for piece in [*found[:-1], *map(settled, found[-1:])] if piece.strip()]


def status_of(view: View, profile: Profile) -> str:
    """Return the line that tells what the bot is doing; "" if the answer is complete."""
    return "" if view.done else view.status or profile.writing
