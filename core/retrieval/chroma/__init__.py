"""The FAQ in Chroma, embedded or on a server."""
