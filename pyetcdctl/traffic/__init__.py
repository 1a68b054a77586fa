"""Rates of writes by group: events of a watch, or of a log, counted in bounded memory."""
