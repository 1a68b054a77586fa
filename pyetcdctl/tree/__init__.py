"""The keys as a hierarchy: where it is cut, how its levels are read, what its parts are called.

A branch is a prefix that ends in a slash, a leaf is a key. So ``/a`` and ``/a/`` are two nodes, and
the keys of a branch are one contiguous range. Every node has the name that its key or prefix adds
to its parent's; a leading slash belongs to the first name (``/registry/``).
"""
