"""Commands that make and maintain the FAQ: its entries, questions and lessons."""
