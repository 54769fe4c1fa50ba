"""Readers of workbooks and of delimited text: every format becomes lines of cells."""
