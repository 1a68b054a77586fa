"""What kubectl shows: columns, JSONPath, label selectors and sorting."""
