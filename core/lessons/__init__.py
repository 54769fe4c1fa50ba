"""Lessons that people teach: their replies, the gate before them, and the one book of them."""
