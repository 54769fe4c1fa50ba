"""The normalisation of spelling to one text, in the words of the FAQ."""
