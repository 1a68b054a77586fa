"""Entries of the log, applied to a model of the store as etcd's servers apply them."""
