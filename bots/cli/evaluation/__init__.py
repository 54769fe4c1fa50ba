"""Commands that measure: labelled questions, the FAQ's own, and what a new FAQ changes."""
