"""Commands of whoever operates faqbot: run, check, keep and hand over."""
