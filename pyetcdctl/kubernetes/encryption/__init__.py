"""Encryption at rest: configuration, ciphers, KMS plugins, and what each value is encrypted by."""
