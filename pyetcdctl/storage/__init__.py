"""etcd's own files: read databases, logs and snapshots without a server; save snapshots."""
