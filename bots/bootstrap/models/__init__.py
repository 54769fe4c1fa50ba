"""The models of the settings: providers, writers, embedders, checks and tuning."""
