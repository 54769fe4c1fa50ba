"""Readers of sources: tables, pages, exports and help centres become rows."""
