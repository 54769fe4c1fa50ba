"""Places on Slack where an answer is written."""
