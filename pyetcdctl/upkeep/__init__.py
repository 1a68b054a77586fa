"""Maintenance of a cluster in several steps: defragment by rule, recover from a full database."""
