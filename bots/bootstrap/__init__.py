"""Composition root: choose the backends that the settings name, and put the bot together."""
