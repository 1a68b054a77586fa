"""etcd's keys by revision: the records of a database, and the index of live keys."""
