"""A causal language model that an installation trains itself: data, training and server.

torch and transformers come with the extra `local-llm`, and are imported in this folder alone.
"""
