"""kubectl's output of objects: columns, JSONPath, label selectors and sorting."""
