"""A causal language model of one's own: its data, its training and its server.

torch and transformers come with the extra `local-llm`, and are imported in this folder alone.
"""
