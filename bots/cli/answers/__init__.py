"""Commands that ask: one question, a batch, a conversation, the search alone, a database."""
