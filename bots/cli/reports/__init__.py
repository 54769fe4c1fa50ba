"""Commands that tell what was asked: figures, gaps and whole conversations."""
