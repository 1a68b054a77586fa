"""Save a member's database to a file, and inspect such a file.

A snapshot holds every key with its history, and users, roles and leases; it is as secret as the
cluster itself. The snapshot of one member is enough to restore a whole cluster.
"""

EXAMPLE = "  pyetcdctl snapshot save backup.db"
