"""Messages from Slack: which are questions, lessons, edits or deletions."""
