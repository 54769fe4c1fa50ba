"""Lessons that people teach: the gate that examines them, and the one book that keeps them."""
