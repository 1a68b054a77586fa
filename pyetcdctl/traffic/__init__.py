"""Who writes what and how often: events of a watch, or of a log, counted in bounded memory."""
