"""The run of a command: streams, configuration, connection and keyring."""
