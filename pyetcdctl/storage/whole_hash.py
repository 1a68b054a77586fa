"""The hash of a whole database that etcdutl prints, and the checks of the same pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.crc32c import Crc32c

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.bolt.pages import Pages


def hash_database(pages: Pages, on_leaf: Callable[[bytes, LeafColumns], None]) -> int:
    """Return the CRC-32C of all buckets: of each the name, then its keys and values in order.

    ``on_leaf`` takes each leaf with its bucket's name. Raises DamagedSnapshot unless each page is
    whole and in one place.
    """
    audit, crc = Audit(pages), Crc32c()
    for bucket in audit.buckets():
        crc.update(bucket.name)
        for leaf in audit.columns(bucket):
            crc.update(leaf.data[leaf.start : leaf.end])
            on_leaf(bucket.name, leaf)
    audit.check_accounts()
    return crc.value()
