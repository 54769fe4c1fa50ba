"""Stores of history, inbox, lessons and spending."""
