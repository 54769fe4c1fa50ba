"""What was asked and answered, with opinions and figures, in SQLite."""
