"""What is still known of keys revision by revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.rpc.kv import KeyValue


class KeyRevision(NamedTuple):
    """What a key became at a revision: an entry, of which a deletion has the key alone."""

    revision: int
    entry: KeyValue
    is_deletion: bool
    source: str


class History(NamedTuple):
    """Revisions, oldest first.

    ``compacted`` is the revision up to which superseded values were discarded, 0 for none: what was
    live then is still known, as the first revision of its key. ``revision`` is the last one.
    """

    revisions: Sequence[KeyRevision]
    compacted: int
    revision: int
