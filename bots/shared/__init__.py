"""Parts that all platforms show and do alike."""
