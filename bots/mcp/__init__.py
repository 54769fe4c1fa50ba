"""The FAQ as a tool of other assistants, over the Model Context Protocol."""
