"""Sources of keys: the protocol of servers, files and pipes, and ranges of keys."""
