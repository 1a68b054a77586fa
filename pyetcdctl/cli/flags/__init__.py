"""etcdctl's flag grammar, the global flags and the values of flags."""
