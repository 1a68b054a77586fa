"""The ``kubernetes`` commands, one file per verb."""
