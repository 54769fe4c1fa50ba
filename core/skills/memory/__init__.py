"""Remembers what people ask it to, shows it, and forgets it."""
