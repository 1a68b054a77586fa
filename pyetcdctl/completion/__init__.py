"""Completion at TAB: the scripts of the three shells, and the keys of the live server."""
