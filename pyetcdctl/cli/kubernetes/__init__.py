"""What the ``kubernetes`` commands do behind their flags."""
