"""Questions that wait for a person: who is called, who waits, and who is told."""
