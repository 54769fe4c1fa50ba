"""Cases: questions that wait for a person, the owners who are called, and the notices."""
