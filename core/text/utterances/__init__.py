"""What people say: whom a message speaks to, and what it asks, states and points back to."""
