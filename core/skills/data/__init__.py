"""Answers questions from a database: sample questions with their SQL are the knowledge.

SQLAlchemy and sqlglot come with the extra `data`.
"""
