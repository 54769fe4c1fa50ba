"""Commands that train, compare and serve models."""
