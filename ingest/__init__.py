"""Ingest: from a FAQ source to an index that serves (load, clean, structure, sync)."""
