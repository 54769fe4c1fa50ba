"""Commands that ask questions: one, a batch, a conversation, the search, a database."""
