"""Set-up of the bot on a Discord server."""
