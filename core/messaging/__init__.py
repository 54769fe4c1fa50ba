"""Life of a question between a platform and the assistant: inbox, worker, presenter, pacing."""
