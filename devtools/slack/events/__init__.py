"""The ways in which events and interactions reach the app."""
