"""The console at /console, for the people who run the bot."""
