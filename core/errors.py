"""Every error that faqbot raises on purpose.

A `FaqbotError` carries one line that says what is wrong and what to do about it; the command line
prints that line and exits with 1. SDK errors are translated into these where they occur.
"""


class FaqbotError(Exception):
    """Base of all errors with a message for the person at the keyboard."""


class ConfigError(FaqbotError):
    """A setting, a profile or a file that ships with the project is unusable."""


class SourceError(FaqbotError):
    """A FAQ source cannot be read: it is missing, empty, malicious, or of another type."""


class FaqIndexError(FaqbotError):
    """The index is missing, was made by another embedder, or is unusable."""


class NoFaqError(FaqIndexError):
    """No FAQ has been ingested yet."""

    def __init__(self, also: str = "") -> None:
        """`also` says what can be done beside an ingest."""
        super().__init__(f"there is no FAQ yet: run `faqbot ingest PATH`{also}")


class IngestRunningError(FaqIndexError):
    """Another ingest is at work on this data folder, and will end."""


class StorageError(FaqbotError):
    """The history store refused or failed."""


class AwayError(FaqbotError):
    """A store cannot be reached for now. The call was valid, and may be tried again."""


class StoreAwayError(AwayError, StorageError):
    """The history store cannot be reached, has no primary, or cannot write for now."""


class IndexAwayError(AwayError, FaqIndexError):
    """The server of the index cannot be reached, or does not answer in time."""


class LeaseLostError(FaqbotError):
    """Another process has the question by now, or it was withdrawn: stop working on it."""


class ModelError(FaqbotError):
    """A model's endpoint returned nothing usable; the error says why and what to do about it."""


class ModelUnavailableError(ModelError):
    """The model cannot be reached, is overloaded or stopped: trying again later may help."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        """`retry_after_s` is the pause that the server asked for, if it did."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelTimeoutError(ModelUnavailableError):
    """The model took too long: asking it for less may help."""


class ModelBrokeOffError(ModelUnavailableError):
    """A stream ended before the answer did."""


class ModelStalledError(ModelBrokeOffError):
    """A stream that had begun fell silent."""


class ModelMisconfiguredError(ModelError):
    """The key, the model's name, the address or the quota: trying again does not help."""


class ModelRefusedError(ModelError):
    """A content filter stopped the model's answer."""


class ModelOverflowError(ModelError):
    """The prompt is longer than the model reads."""


class ModelRequestError(ModelError):
    """The model refuses this request, and may take another one."""

    def __init__(self, message: str, *, said: str = "") -> None:
        """`said` is the server's text about it."""
        super().__init__(message)
        self.said = said


class ModelReplyError(ModelError):
    """The model answered, but not in the form that was asked for."""


class ModelNonsenseError(ModelReplyError):
    """Nothing that the model has written is worth reading."""


class PlatformError(FaqbotError):
    """A call to a chat platform failed; trying again later may help."""


class RateLimitedError(PlatformError):
    """The platform accepts no more calls for a while."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        """`retry_after_s` is the pause that the platform asked for."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PlatformUnclearError(PlatformError):
    """The platform refused for an unknown reason; a second refusal of the kind is final."""


class PlatformRefusedError(PlatformError):
    """The platform refuses for good: the permission, the place or the form is wrong."""


class MustBeNewError(PlatformError):
    """The page has to be a new message, since nobody would notice an edit."""


class MovedError(PlatformError):
    """The answer goes on in another place, whose budget the call has to be made in."""


class MessageGoneError(PlatformRefusedError):
    """The message was deleted."""


class QuestionGoneError(MessageGoneError):
    """The message of the question was deleted."""
