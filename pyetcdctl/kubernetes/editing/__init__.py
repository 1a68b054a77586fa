"""Objects that a user changes: from text to an object that can be stored."""
