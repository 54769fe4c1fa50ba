"""Drafts of an answer: in the FAQ's own words, or by models, with a fallback."""
