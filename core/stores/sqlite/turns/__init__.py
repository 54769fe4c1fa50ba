"""Questions and their answers, with opinions and figures, in SQLite."""
