"""The REST API: its routes, what they refuse, and their limits."""
