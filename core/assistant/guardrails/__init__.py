"""Guardrails: whether a message is for the FAQ, and which small talk it is."""
