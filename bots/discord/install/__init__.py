"""What sets the bot up on a Discord server."""
