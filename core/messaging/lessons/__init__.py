"""Lessons: replies of people that become answers, and what is looked at before they do."""
