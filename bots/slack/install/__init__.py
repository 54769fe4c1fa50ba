"""What sets the app up in a Slack workspace."""
