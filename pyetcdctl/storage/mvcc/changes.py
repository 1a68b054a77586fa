"""Changes of keys, as the log has them."""

from __future__ import annotations

from typing import NamedTuple


class Put(NamedTuple):
    """A key's new value; ``create_revision`` and ``version`` are those that it has from now on."""

    key: bytes
    value: bytes
    lease: int
    create_revision: int
    version: int


class Delete(NamedTuple):
    """The end of a key."""

    key: bytes
