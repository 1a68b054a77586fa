"""What changed: between two sources of keys, and from revision to revision."""
