"""Places on the web where an answer is written, and its readers."""
