"""Reports for those who run the bot, over the stores: figures, gaps, and questions asked again."""
