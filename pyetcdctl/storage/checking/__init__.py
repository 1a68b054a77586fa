"""Check a database file, and report every fault with its place."""
