"""Places on Discord where an answer is written."""
