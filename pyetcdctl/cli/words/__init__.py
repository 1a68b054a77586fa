"""The words of commands beyond flags: Go's strings and URLs, transactions, watches."""
