"""The processes of an installation: their names, their loop, workers and leaders."""
