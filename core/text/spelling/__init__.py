"""Spelling: every way of writing the same words becomes one text, in the FAQ's own words."""
