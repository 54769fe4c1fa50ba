"""A question from its arrival to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.types.questions import Question


class InboxState(StrEnum):
    """The state of a received question. The last six are final, until it is edited."""

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
    LIMITED = "limited"  # this person has asked too much of late
    NOT_THEIRS = "not_theirs"  # the button is for somebody else
    LAPSED = "lapsed"  # the button came too late
    SPOOLED = "spooled"  # the store is away: kept on this machine, and answered once it is back


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to change what is shown of a question until the lease ends; nobody else has it.

    `state` says what is to be done: answer (`answering`), or, of a question that ended while its
    answer was shown, say that it was stopped (`stopped`) or take the answer away (`withdrawn`).

    `fence` grows with each claim and whatever takes one away: a write with an older one is
    refused. `attempt` counts the claims since it was received or last edited, or ended. `reply` is
    the reference of the message that an earlier claim began, to be finished and not sent anew.
    `token` is the store's own name of the claim, if it needs one.
    """

    question: Question
    fence: int
    reply: str | None = None
    attempt: int = 1
    state: InboxState = InboxState.ANSWERING
    token: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """The inbox's knowledge of a question; `reply` as in `Claim`."""

    question: Question
    state: InboxState
    reply: str | None = None
