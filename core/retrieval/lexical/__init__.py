"""The lexical index: words and letters of entries, synonyms, and keywords alone."""
