"""Meetings: arranged in words, confirmed by a button, kept in a diary."""

from typing import Final

NAME: Final = "meetings"  # of the skill; it is here for who has not installed the extra, too
