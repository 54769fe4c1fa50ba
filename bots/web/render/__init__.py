"""Views as JSON, HTML and server-sent events."""
