"""Every error that faqbot raises on purpose.

A `FaqbotError` carries one line that says what is wrong and what to do about it; the command line
prints that line and exits with 1. SDK errors are translated into these where they occur.
"""


class FaqbotError(Exception):
    """Base of all errors with a message for the person at the keyboard."""


class ConfigError(FaqbotError):
    """A setting, a profile or a file that ships with the project is unusable."""


class SourceError(FaqbotError):
    """A FAQ source cannot be read at all: missing, not what it says, malicious or empty."""


class FaqIndexError(FaqbotError):
    """The index is missing, of another embedder, or unusable."""


class StorageError(FaqbotError):
    """The history store refused or failed."""


class LeaseLostError(FaqbotError):
    """Somebody else has the question by now, or it was withdrawn: stop working on it."""
