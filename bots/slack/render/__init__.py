"""Views as Slack messages."""
