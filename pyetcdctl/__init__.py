"""A command-line client for etcd v3, for the people who run and study Kubernetes' etcd."""

__version__ = "0.1.0"
