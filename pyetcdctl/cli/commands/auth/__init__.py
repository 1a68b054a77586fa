"""Turn authentication on and off.

While authentication is off, any client that reaches the servers may do anything, whatever users
there are.
"""

EXAMPLE = """\
  pyetcdctl user add root --new-user-password secret
  pyetcdctl auth enable
  pyetcdctl auth status --user root:secret"""
