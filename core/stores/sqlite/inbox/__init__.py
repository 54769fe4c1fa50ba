"""The inbox in SQLite: questions from their arrival to their end."""
