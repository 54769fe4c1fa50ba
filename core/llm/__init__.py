"""What all language models share: prompts, budget and circuit breaker."""
