"""Guardrails: whether a message is for the FAQ, and which kind of small talk it is."""
