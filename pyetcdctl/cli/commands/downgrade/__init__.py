"""Prepare the cluster for a downgrade to the previous minor release."""

EXAMPLE = """\
  pyetcdctl downgrade validate 3.4
  pyetcdctl downgrade cancel"""
