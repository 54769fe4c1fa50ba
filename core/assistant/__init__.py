"""The course of one question: research, verdict, answer and follow-ups."""
