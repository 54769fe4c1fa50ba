"""Safety of text: secrets, personal data, links, instructions to the bot, invented claims."""
