"""Commands that make the FAQ and look after it: its entries, questions and lessons."""
