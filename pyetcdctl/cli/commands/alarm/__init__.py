"""List and disarm the alarms of the members."""

EXAMPLE = """\
  pyetcdctl alarm list
  pyetcdctl alarm disarm"""
