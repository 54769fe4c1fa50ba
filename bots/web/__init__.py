"""Web: an HTTP API with streaming, and a page."""
