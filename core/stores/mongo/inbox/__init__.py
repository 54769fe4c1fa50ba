"""The inbox in MongoDB: questions from their arrival to their end."""
