"""Search of the FAQ: words, letters and meaning, fused."""
