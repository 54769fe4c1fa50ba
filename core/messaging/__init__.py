"""The life of a question between a platform and the assistant."""
