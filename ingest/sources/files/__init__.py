"""Files of a source: which are read, of what kind they are, and their bytes as text."""
