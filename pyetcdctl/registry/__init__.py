"""Kubernetes' objects in a keyspace: where they are, finding, changing and watching them."""
