"""Embedders: Kiwi word vectors, OpenAI, local ONNX models, and a cache."""
