"""Add, delete and change roles.

A role is a set of permissions to read or write keys; users get it by `user grant-role`.
"""

EXAMPLE = """\
  pyetcdctl role add reader
  pyetcdctl role grant-permission reader READ /app/ --prefix
  pyetcdctl role get reader"""
