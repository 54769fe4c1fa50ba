"""The index of an installation: how it is made, and its first start."""
