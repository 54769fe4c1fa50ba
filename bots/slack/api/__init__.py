"""Calls to Slack: errors, rate limits, people and workspaces."""
