"""The overlay: lessons of people, searched with the FAQ that is served."""
