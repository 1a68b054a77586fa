"""etcd's own files: databases and snapshots, read without a server; snapshots, saved whole."""
