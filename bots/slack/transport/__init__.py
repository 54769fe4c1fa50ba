"""How events reach the bot: Socket Mode, or HTTP."""
