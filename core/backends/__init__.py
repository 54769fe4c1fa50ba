"""One vendor or technique a file, behind a port of `core.ports` or used by one module alone."""
