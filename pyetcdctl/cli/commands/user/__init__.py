"""Add, delete and change users.

A user may do what its roles may. Users have no effect before `auth enable`.
"""

EXAMPLE = """\
  pyetcdctl user add alice --new-user-password secret
  pyetcdctl role add reader
  pyetcdctl user grant-role alice reader
  pyetcdctl user get alice"""
