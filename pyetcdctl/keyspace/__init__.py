"""What every source of keys has in common, be it a server, a file or a pipe."""
