"""Local Slack, Discord and OpenAI: programs to try the bot on, and what the tests run against."""
