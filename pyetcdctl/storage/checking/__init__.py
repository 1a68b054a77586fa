"""What is wrong in a database file, all of it, and where."""
