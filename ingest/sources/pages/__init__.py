"""Pages: Markdown, HTML and Word, whose headings are the questions."""
