"""The dialogue around a question: what it refers to, what is offered next, its time and place."""
