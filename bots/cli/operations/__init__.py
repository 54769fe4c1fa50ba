"""Commands of operators: run the bot, check it, and manage what is stored."""
