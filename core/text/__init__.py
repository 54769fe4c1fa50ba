"""Text: Korean morphemes, sanitising, sections and Markdown."""
