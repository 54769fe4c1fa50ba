"""Lessons: replies of people that become answers."""
