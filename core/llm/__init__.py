"""Common parts of all language models: prompts, budget and circuit breaker."""
