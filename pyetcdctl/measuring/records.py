"""Read the members that a member's database records, also while etcd writes to it."""

from __future__ import annotations

import os
from time import sleep
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.facts import StoredRecords
from pyetcdctl.errors import DamagedSnapshot, PyetcdctlError
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages, newest_meta
from pyetcdctl.storage.files import ReadOnlyFile

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "member/snap/db"
_TRIES = 10
_PAUSE_SECONDS = 0.05


def stored_members(data_dir: str) -> StoredRecords | None:
    """Return the IDs in the bucket ``members``; None where the file cannot be read.

    etcd reuses pages while it writes: a reading counts if the meta page is the same after it.
    """
    path = os.path.join(data_dir, DATABASE)
    for _ in range(_TRIES):
        try:
            with ReadOnlyFile(path) as file:
                pages = Pages(file, file.size)
                found = dict(_members(pages))
                if newest_meta(file, file.size) == pages.meta:
                    learners = (each for each, is_learner in found.items() if is_learner)
                    return StoredRecords(path, frozenset(found), frozenset(learners))
        except DamagedSnapshot:
            sleep(_PAUSE_SECONDS)
        except PyetcdctlError:
            return None
    return None


def _members(pages: Pages) -> Iterator[tuple[int, bool]]:
    """Yield the ID in each record and whether it is that of a learner."""
    bucket = buckets(pages).get(b"members")
    if bucket is not None:
        for key, value in Cursor(pages, bucket).items():
            yield int(key, 16), b'"isLearner":true' in value
