"""The workspace: what it is made of, who may see what, and the people in it."""
