"""Markdown: parse, split, measure and render for each platform."""
