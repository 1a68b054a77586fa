"""Salvage a damaged database: its intact parts as a database of their own."""
