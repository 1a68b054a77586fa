"""The keys as a hierarchy: its root, its levels and its nodes.

A branch is a prefix that ends in a slash, a leaf is a key. So ``/a`` and ``/a/`` are two nodes, and
the keys of a branch are one contiguous range. Every node has the name that its key or prefix adds
to its parent's; a leading slash belongs to the first name (``/registry/``).
"""
