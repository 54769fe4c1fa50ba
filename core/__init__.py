"""The assistant itself: retrieval, guardrail, answering and conversation, without any platform."""
