"""The text that a model writes, and the events that make up an answer."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from core.types.faq import Entry, Passage
from core.types.questions import Label, Question


@dataclass(frozen=True, slots=True)
class Usage:
    """The usage of paid models by some calls; `cached_tokens` are part of `prompt_tokens`."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd,
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal of a model to ask next: a sentence that offers it, and the plain question."""

    sentence: str
    question: str


@dataclass(frozen=True, slots=True)
class Written:
    """The end of a model's answer: the passages that it stands on; none if they held no answer.

    `[n]` in the answer is the n-th of `used`. `model` and `prompt` name what wrote it, where that
    is not the model's own name alone. `more` tells that an entry has more than was shown, and
    `withheld` how many sentences were not shown since their passage does not say what they claim.
    `given` is what a model was given to answer from.
    """

    used: tuple[Passage, ...]
    offers: tuple[Offer, ...] = ()
    model: str = ""
    prompt: str = ""
    more: bool = False
    withheld: int = 0
    given: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """The passages that a model's answer stands on so far; it comes before text that cites more.

    `[n]` in that text is the n-th of `used`. An answer that is stopped keeps them.
    """

    used: tuple[Passage, ...]


AnswerPiece = str | Cited | Written
"""What a model streams: pieces of Markdown with what they cite, then exactly one `Written`."""


@dataclass(frozen=True, slots=True)
class Anew:
    """The answer begins anew: what follows takes the place of all that came before."""


DraftPiece = AnswerPiece | Anew
"""What a draft streams: an answer, and perhaps another one that takes its place."""


@dataclass(frozen=True, slots=True)
class Status:
    """The assistant is at work on `text`, a short phrase for the person who waits.

    One that `lasts` says why nothing comes for a while, and is shown although it is no answer.
    `found` are the entries that the answer may stand on, once they are known.
    """

    text: str
    lasts: bool = False
    found: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """A further piece of the answer's Markdown, and all passages that it stands on by now."""

    text: str
    used: tuple[Passage, ...] = ()


class TurnState(StrEnum):
    """The state in which a question ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Declined:
    """Off topic or an injection: the profile's exact words, and questions that lead back."""

    text: str
    followups: tuple[str, ...]
    label: Label
    sources: ClassVar[tuple[Passage, ...]] = ()
    state: ClassVar = TurnState.DECLINED


@dataclass(frozen=True, slots=True)
class Escalated:
    """The FAQ has no answer: what to say, the nearest titles to ask, and whether owners are called.

    `contacts` are those who are called, as in `core.profile.Owner`; all owners of the platform if
    there are none. `case_id` is the case that waits for them, and `note` tells its asker of it.
    `lesson_id` is the lesson that they are asked about, if it is about one.
    `call` are the words of the call with the place {owners}, the profile's usual ones if it is "";
    without a `text` the call is all there is.
    """

    text: str
    followups: tuple[str, ...]
    calls: bool = True
    contacts: tuple[str, ...] = ()
    case_id: str = ""
    note: str = ""
    call: str = ""
    lesson_id: str = ""
    sources: ClassVar[tuple[Passage, ...]] = ()
    state: ClassVar = TurnState.ESCALATED


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with an answer, such as a CSV, an invitation or a chart.

    `text` is its content; in base64 if it is a picture.
    """

    name: str
    media_type: str
    text: str

    @classmethod
    def picture(cls, name: str, png: bytes) -> File:
        """Return a PNG as a file."""
        return cls(name, "image/png", b64encode(png).decode())

    @property
    def is_picture(self) -> bool:
        """Return whether it is shown, and not only linked."""
        return self.media_type.startswith("image/")

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return b64decode(self.text) if self.is_picture else self.text.encode()


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer in Markdown, what it stands on, and what to ask next.

    `skill` names what answered in place of the FAQ; its follow-ups are choices. `shareable`
    tells that everybody in its place may see it, which matters where its asker alone does.

    `offers` has a sentence for each follow-up that offers it, "" where there is only the question.
    """

    text: str
    sources: tuple[Passage, ...]
    followups: tuple[str, ...]
    offers: tuple[str, ...] = ()
    skill: str = ""
    files: tuple[File, ...] = ()
    shareable: bool = False
    state: ClassVar = TurnState.ANSWERED


@dataclass(frozen=True, slots=True)
class Failed:
    """Something broke; `text` is for the person who asked."""

    text: str
    followups: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[tuple[Passage, ...]] = ()
    state: ClassVar = TurnState.FAILED


Ending = Declined | Escalated | Answered | Failed
"""The last event of an answer: its text, what it stands on, what to ask next, and its state."""

AnswerEvent = Status | Delta | Ending
"""A stream of `Status` and `Delta` that ends with exactly one of the other four."""


@dataclass(frozen=True, slots=True)
class View:
    """The state of an answer that people should see at one moment; `text` is Markdown.

    Until `done` there is a `status` to show, and `text` may end in the middle of anything. A status
    that `lasts` is shown in a message, also where something beside it says that there is work.
    `ending` brings sources and follow-ups; `used` are the passages of an answer that has none yet.
    `note` is a line of the bot's own below the text, such as that the answer was stopped. It is
    `slow` if no text has come for a long time; `found` are the entries that it may stand on.
    """

    question: Question
    status: str = ""
    text: str = ""
    ending: Ending | None = None
    note: str = ""
    lasts: bool = False
    used: tuple[Passage, ...] = ()
    slow: bool = False
    found: tuple[Entry, ...] = ()

    @property
    def done(self) -> bool:
        """True once nothing will be added to the answer."""
        return bool(self.ending or self.note)

    @property
    def followups(self) -> tuple[str, ...]:
        """The questions of the buttons, by index, as the turn keeps them."""
        return self.ending.followups if self.ending else ()
