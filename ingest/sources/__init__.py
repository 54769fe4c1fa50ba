"""Sources of a FAQ: files, tables, pickles and addresses."""
