"""HTTP requests: questions, streams, the page and the API document."""
