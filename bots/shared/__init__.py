"""Parts that all platforms share."""
