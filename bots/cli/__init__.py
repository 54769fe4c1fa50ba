"""Command line: one module a command, and printing alone."""
