"""etcd's write-ahead log, read only: segments of records, in which the entries of raft are."""
