"""The values that travel through faqbot, imported from here alone."""

from core.types.answers import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Ending,
    Escalated,
    Failed,
    Offer,
    Status,
    Usage,
    View,
    Written,
)
from core.types.faq import OFFICIAL, Entry, Generation, Lesson, Passage, Source, Teaching, Terms
from core.types.inbox import Claim, InboxState, Receipt, Received
from core.types.questions import Classification, Exchange, Label, Question, SessionId, Verdict
from core.types.reports import AuditEvent, EntryUse, Span, Traffic
from core.types.turns import Dialogue, Feedback, Removed, SessionSummary, Turn, TurnState

__all__ = [
    "OFFICIAL",
    "AnswerEvent",
    "Answered",
    "AuditEvent",
    "Claim",
    "Classification",
    "Declined",
    "Delta",
    "Dialogue",
    "Ending",
    "Entry",
    "EntryUse",
    "Escalated",
    "Exchange",
    "Failed",
    "Feedback",
    "Generation",
    "InboxState",
    "Label",
    "Lesson",
    "Offer",
    "Passage",
    "Question",
    "Receipt",
    "Received",
    "Removed",
    "SessionId",
    "SessionSummary",
    "Source",
    "Span",
    "Status",
    "Teaching",
    "Terms",
    "Traffic",
    "Turn",
    "TurnState",
    "Usage",
    "Verdict",
    "View",
    "Written",
]
