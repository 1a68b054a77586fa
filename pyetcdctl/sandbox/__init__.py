"""Private, throw-away etcd servers."""
