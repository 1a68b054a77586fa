"""Clusters by name: what reaches each, kept in the user's configuration."""
