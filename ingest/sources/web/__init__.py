"""FAQs behind an address: one file, or the pages of a help centre."""
