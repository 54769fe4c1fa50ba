"""Times as people say them, in Korean and English: days, hours, and how long."""
