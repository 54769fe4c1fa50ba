"""Transport of events: Socket Mode, or HTTP."""
