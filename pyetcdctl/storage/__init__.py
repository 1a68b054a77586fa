"""Snapshots as files: saved whole or not at all, and read without a server."""
