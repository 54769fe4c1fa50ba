"""Reports for operators: figures, gaps of the FAQ, and questions asked again."""
