"""Upkeep of a cluster by plan: defragmenting by rule, and recovering from a full database."""
