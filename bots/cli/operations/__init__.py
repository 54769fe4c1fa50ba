"""Commands of operators: run, check, and work on what is stored."""
