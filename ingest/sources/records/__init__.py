"""Records in JSON, YAML, pickles and exports: they become tables of the same columns."""
