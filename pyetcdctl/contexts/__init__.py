"""Clusters by name: the settings to connect to each, in the user's configuration."""
