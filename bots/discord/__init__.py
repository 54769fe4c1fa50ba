"""Discord: answers in threads, forums and direct messages."""
