"""Meetings: arranged in words, confirmed by a button, kept in a diary."""
