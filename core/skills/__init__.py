"""Things the bot does besides answering from the FAQ, a folder each."""
