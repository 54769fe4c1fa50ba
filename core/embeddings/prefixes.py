"""The prefixes by which open models tell questions from passages."""

from __future__ import annotations

# The prefixes by a part of the model's name: https://huggingface.co/intfloat/multilingual-e5-large,
# https://huggingface.co/nomic-ai/nomic-embed-text-v1.5,
# https://huggingface.co/mixedbread-ai/mxbai-embed-large-v1
_PREFIXES = {
    "e5": ("query: ", "passage: "),
    "nomic-embed": ("search_query: ", "search_document: "),
    "mxbai-embed": ("Represent this sentence for searching relevant passages: ", ""),
}


def prefixes_of(model: str) -> tuple[str, str]:
    """Return what stands before a question and before a passage."""
    name = model.lower()
    return next((pair for part, pair in _PREFIXES.items() if part in name), ("", ""))
