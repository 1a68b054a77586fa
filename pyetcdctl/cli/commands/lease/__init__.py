"""Grant, renew and revoke leases.

Keys that are put with a lease are deleted when it ends: by `lease revoke`, or when it is not
renewed in time (see `lease keep-alive`). IDs are hexadecimal, as `lease grant` prints them.
"""

EXAMPLE = """\
  pyetcdctl lease grant 600
  pyetcdctl lease list"""
