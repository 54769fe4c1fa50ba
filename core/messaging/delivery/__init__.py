"""The delivery of an answer: the port of its messages, their writer, and the pace of edits."""
