"""Slack: answers in threads, streamed by edits."""
