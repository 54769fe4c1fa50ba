"""The inbox at work: questions are stored, claimed and answered, also while the store is away."""
