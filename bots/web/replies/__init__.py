"""Places on the web where an answer is written, and who follows it."""
