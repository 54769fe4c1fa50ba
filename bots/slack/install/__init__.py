"""Set-up of the app in a Slack workspace."""
