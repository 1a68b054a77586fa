"""Encryption at rest: configuration, ciphers, KMS plugins, and the status of values."""
