"""Diaries: in a SQLite file, in MongoDB, and with the calendars that people keep elsewhere."""
