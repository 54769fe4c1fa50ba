"""Commands that report what was asked: figures, gaps and conversations."""
