"""Buttons, commands and forms on Discord."""
