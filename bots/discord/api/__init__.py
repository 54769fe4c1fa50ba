"""Calls to Discord: REST, rate limits, people and permissions."""
