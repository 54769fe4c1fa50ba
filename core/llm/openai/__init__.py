"""Models behind the OpenAI API and servers compatible with it."""
