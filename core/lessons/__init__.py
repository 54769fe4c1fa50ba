"""What people teach: the gate before it is served, and the one book that all of it goes into."""
