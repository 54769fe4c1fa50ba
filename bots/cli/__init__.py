"""The command line: one module for each command, which only prints."""
