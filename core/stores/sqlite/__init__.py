"""SQLite behind the ports of storage."""
