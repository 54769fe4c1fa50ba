"""The values of the inbox: a question from its arrival to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.types.questions import Question


class InboxState(StrEnum):
    """The state of a received question. The last six are final unless the question is edited."""

    RECEIVED = "received"
    ANSWERING = "answering"
    ANSWERED = "answered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class Receipt(StrEnum):
    """The result of handing a question in."""

    STORED = "stored"
    KNOWN = "known"
    FULL = "full"
    LIMITED = "limited"  # this person has asked too much lately
    NOT_THEIRS = "not_theirs"  # the button is for another person
    LAPSED = "lapsed"  # the button was pressed too late
    SPOOLED = "spooled"  # the store is away; the question is kept here until it is back


@dataclass(frozen=True, slots=True)
class Claim:
    """The exclusive right to change a question's messages until the lease ends.

    `state` tells the work: to answer (`answering`), or for a question that ended while its answer
    was shown, to mark the answer as stopped (`stopped`) or to delete it (`withdrawn`).

    `fence` grows with each claim and each loss of one; a write with an older fence is refused.
    `attempt` is the number of claims since the question was received, edited or ended, without
    those that were given back. `reply` is the reference of the messages that an earlier claim
    began, which are to be finished. `token` is the store's own name of the claim, if it needs one.
    """

    question: Question
    fence: int
    reply: str | None = None
    attempt: int = 1
    state: InboxState = InboxState.ANSWERING
    token: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A question with its state in the inbox; `reply` is as in `Claim`."""

    question: Question
    state: InboxState
    reply: str | None = None
