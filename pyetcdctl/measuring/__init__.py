"""Measure a running cluster: calls, scrapes and certificates become the facts of diagnosis."""
