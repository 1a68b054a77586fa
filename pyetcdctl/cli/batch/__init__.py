"""Many command lines in one process: their text, their grouping, and how each is run."""
