"""What is sound of a damaged database, as a database of its own."""
