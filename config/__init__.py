"""Settings, profiles and the models that ship with the project."""
