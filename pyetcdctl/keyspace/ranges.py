"""Ranges of keys in etcd's terms: a key and a range end (etcd API, RangeRequest)."""

from __future__ import annotations

FIRST_KEY = b"\0"
NO_END = b"\0"
"""etcd's range end for every key from the start of the range on."""


def prefix_end(prefix: bytes) -> bytes:
    """Return the end of the range of all keys that start with ``prefix``."""
    stripped = prefix.rstrip(b"\xff")
    if not stripped:
        return NO_END
    return stripped[:-1] + bytes([stripped[-1] + 1])


def prefix_range(prefix: bytes) -> tuple[bytes, bytes]:
    """Return (key, range_end) of all keys that start with ``prefix``; all keys for an empty one."""
    return (prefix, prefix_end(prefix)) if prefix else (FIRST_KEY, NO_END)


def from_key_range(key: bytes) -> tuple[bytes, bytes]:
    """Return (key, range_end) of all keys from ``key`` on."""
    return key or FIRST_KEY, NO_END
