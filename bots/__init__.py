"""Adapters to the platforms, the command line, and the composition root."""
