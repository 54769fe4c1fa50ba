"""Buttons, commands, forms and App Home on Slack."""
