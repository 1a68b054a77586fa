"""The command line: words into calls, results into output."""
