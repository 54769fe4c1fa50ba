"""Delivery of an answer: the port of a message, the pace of its edits, and who writes them."""
