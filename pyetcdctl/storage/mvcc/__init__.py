"""etcd's keys and what they were: revisions in a database, and the index of what is newest."""
