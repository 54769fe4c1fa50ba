"""The console at /console: for those who run the bot."""
