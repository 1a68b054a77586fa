"""etcd's write-ahead log, read only: segments of records, which contain raft's entries."""
