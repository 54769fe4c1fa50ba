"""The Web API: its methods, what they refuse, and their limits."""
