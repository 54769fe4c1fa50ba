"""One vendor or technique a file, each behind a port of `core.ports` or used by one module alone."""
