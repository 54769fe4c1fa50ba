"""Messages from Discord: which are questions, lessons, edits or deletions."""
